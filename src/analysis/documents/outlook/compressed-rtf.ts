import { UnreadableFile } from '#domain/analysis.ts';

const headerLength = 16;
const compressed = 0x7546_5a4c;
const stored = 0x414c_454d;
const maxLength = 64 * 2 ** 20;
const windowLength = 4_096;

/** What the window holds at the beginning. */
const commonText =
  '{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans Serif' +
  'SymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx';

/**
 * Decompresses the text of a mail of Outlook: literal bytes, and copies from a window of the last 4096 bytes. Of damaged data
 * it gives what comes before the damage.
 *
 * Source: [MS-OXRTFCP].
 *
 * @throws UnreadableFile
 */
export function decompressedRtf(bytes: Buffer): Buffer {
  if (bytes.length < headerLength) throw new UnreadableFile('damaged', 'The text of the message is cut off.');
  const [length, kind] = [bytes.readUInt32LE(4), bytes.readUInt32LE(8)];
  if (kind === stored) return bytes.subarray(headerLength, headerLength + length);
  if (kind !== compressed || length > maxLength)
    throw new UnreadableFile('damaged', 'The text of the message is compressed in an unknown way.');
  return inflated(bytes.subarray(headerLength), length);
}

function inflated(bytes: Buffer, length: number): Buffer {
  const output = Buffer.alloc(length);
  const window = Buffer.alloc(windowLength);
  let [from, at, written] = [0, window.write(commonText, 'latin1'), 0];
  const put = (byte: number) => {
    output[written++] = byte;
    window[at] = byte;
    at = (at + 1) % windowLength;
  };
  while (from < bytes.length) {
    const control = bytes[from++] as number;
    for (let bit = 1; bit < 0x100 && from < bytes.length && written < length; bit <<= 1) {
      if ((control & bit) === 0) {
        put(bytes[from++] as number);
        continue;
      }
      const copy = from + 2 > bytes.length ? undefined : bytes.readUInt16BE(from);
      from += 2;
      // A copy from where the next byte goes is the end.
      if (copy === undefined || copy >> 4 === at) return output.subarray(0, written);
      for (let step = 0; step < (copy & 0x0f) + 2 && written < length; step++)
        put(window[((copy >> 4) + step) % windowLength] as number);
    }
  }
  return output.subarray(0, written);
}
