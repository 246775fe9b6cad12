import { EbcdicDecoder } from './ebcdic.ts';
import { ShiftedDecoder } from './iso-2022.ts';
import { Utf32Decoder } from './utf-32.ts';

export interface Decoder {
  /** `stream`: more follows, so that a character may be cut at the end. */
  decode(bytes: Uint8Array, options: { stream: boolean }): string;
}

/** A decoder for any charset that the `text` analyser names. Bytes of an unknown charset become U+0080 to U+00FF. */
export function decoderFor(charset: string): Decoder {
  switch (charset) {
    case 'unknown-8bit':
      return { decode: (bytes) => Buffer.from(bytes).toString('latin1') };
    case 'utf-32le':
    case 'utf-32be':
      return new Utf32Decoder(charset);
    case 'ibm037':
      return new EbcdicDecoder();
    case 'iso-2022-kr':
      return new ShiftedDecoder('euc-kr');
    case 'iso-2022-cn':
      return new ShiftedDecoder('gbk');
    default:
      return new TextDecoder(charset);
  }
}
