/** Lead bytes of the characters that most of a text consists of, in charsets of two bytes a character. */
const common: Readonly<Record<string, readonly (readonly [from: number, to: number])[]>> = {
  // Punctuation and kana, and the ideographs of level 1.
  shift_jis: [
    [0x81, 0x84],
    [0x88, 0x98],
  ],
  'euc-jp': [
    [0xa1, 0xa5],
    [0xb0, 0xcf],
    [0x8e, 0x8e],
  ],
  gbk: [
    [0xa1, 0xa3],
    [0xb0, 0xd7],
  ],
  big5: [[0xa1, 0xc6]],
  // Punctuation and Hangul.
  'euc-kr': [[0xa1, 0xc8]],
};

/** Whether the charset has characters of two bytes. */
export function isDoubleByte(charset: string): boolean {
  return charset in common;
}

/** Whether the bytes beyond ASCII come in pairs, of which most are common characters. */
export function isCommon(charset: string, bytes: Uint8Array, decoded: string): boolean {
  const ranges = common[charset] ?? [];
  let pairs = 0;
  let usual = 0;
  for (let at = 0; at < bytes.length; at++) {
    const lead = bytes[at] as number;
    if (lead < 0x80 || (charset === 'shift_jis' && lead >= 0xa1 && lead <= 0xdf)) continue;
    pairs += 1;
    if (ranges.some(([from, to]) => lead >= from && lead <= to)) usual += 1;
    at += 1;
  }
  const strange = decoded.match(/[\ufffd\ue000-\uf8ff\u0080-\u009f]/g)?.length ?? 0;
  if (bytes.length < 32 && (usual < pairs || strange > 0)) return false;
  // The end of the sample may cut a character.
  return pairs >= 2 && usual * 4 >= pairs * 3 && (strange - 1) * 50 <= pairs;
}
