import type { Found } from '../found.ts';
import { identifyText } from './identify-text.ts';

/** Types whose files begin as text and may go on with any bytes. */
const types: ReadonlySet<string> = new Set([
  'application/x-bittorrent',
  'application/warc',
  'text/x-yenc',
  'application/postscript',
  'application/x-font-type1',
  'application/vnd.hp-pcl',
  'application/rtf',
  'message/rfc822',
  'message/news',
  'multipart/related',
  'application/mbox',
  'application/vnd.fdf',
  'model/stl',
  'text/x-envi-header',
]);

/** The type of a file that is not all text, but begins with what only a text of that type does. */
export function identifyTextWithBinary(head: Buffer, filename: string, extension: string): Found | undefined {
  const found = identifyText({ text: head.toString('latin1'), truncated: true, extension, filename });
  return found.confidence === 'certain' && types.has(found.mime) ? found : undefined;
}
