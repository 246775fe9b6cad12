import { isCompoundFile } from '../../containers/cfb.ts';
import type { DocumentReader } from '../reader.ts';

/** Office documents with a password, of which nothing else can be read. */
export const reader: DocumentReader = {
  types: ['application/encrypted'],
  async read(_source, document) {
    document.facts({ encrypted: true });
  },
};

/** Loads a reader of Office Open XML. Such a document is in a compound file when it has a password ([MS-OFFCRYPTO], 2.3). */
export async function unlessEncrypted(
  loading: Promise<{ reader: DocumentReader }>,
): Promise<{ reader: DocumentReader }> {
  const { reader: plain } = await loading;
  const read: DocumentReader['read'] = async (source, document) =>
    await ((await isCompoundFile(source.blob)) ? reader : plain).read(source, document);
  return { reader: { types: plain.types, read } };
}
