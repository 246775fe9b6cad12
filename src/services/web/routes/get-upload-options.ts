import { route } from '../http/route.ts';
import { checksumAlgorithms } from '../uploads/tus/checksum.ts';
import { tusVersion } from '../uploads/tus/tus-route.ts';

const extensions = [
  'creation',
  'creation-with-upload',
  'creation-defer-length',
  'checksum',
  'expiration',
  'termination',
].join(',');

/** @param maxFileSize bytes */
export function getUploadOptions(maxFileSize: number) {
  return route({
    name: 'getUploadOptions',
    method: 'OPTIONS',
    path: '/uploads',
    tag: 'Uploads',
    summary: 'Get the supported tus features',
    description:
      'Says in its headers which version, extensions and checksum algorithms of tus the server supports, and how ' +
      'large a file may be.',
    answers: {
      204: {
        description: 'The headers list them.',
        headers: {
          'Tus-Version': 'Supported versions of the protocol.',
          'Tus-Extension': 'Supported extensions.',
          'Tus-Max-Size': 'Size of the largest file in bytes.',
          'Tus-Checksum-Algorithm': 'Algorithms for `Upload-Checksum`.',
        },
      },
    },
    async handle({ reply }) {
      // "A successful response … MUST contain the Tus-Version header."
      reply.headers({ 'tus-resumable': tusVersion, 'tus-version': tusVersion, 'tus-extension': extensions });
      // "The Tus-Checksum-Algorithm header MUST be included in the response to an OPTIONS request."
      reply.headers({ 'tus-max-size': String(maxFileSize), 'tus-checksum-algorithm': checksumAlgorithms });
      return reply.code(204).send();
    },
  });
}
