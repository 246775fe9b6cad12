import { listRar4 } from './rar4.ts';
import { listRar5 } from './rar5.ts';
import { type ArchiveReader, damaged } from './reader.ts';

/** Where the signature of a self-extracting archive is looked for. */
const searched = 2 ** 20;

export const reader: ArchiveReader = {
  async list(archive, listing) {
    const head = await archive.upTo(searched, 0);
    const at = head.indexOf('Rar!\x1a\x07', 0, 'latin1');
    if (at >= 0 && head[at + 6] === 0) return await listRar4(archive, at + 7, listing);
    if (at >= 0 && head[at + 6] === 1 && head[at + 7] === 0) return await listRar5(archive, at + 8, listing);
    throw damaged('The archive has no RAR signature.');
  },
};
