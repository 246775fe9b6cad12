import type { IncomingHttpHeaders } from 'node:http';
import { FilemillError } from '#domain/errors.ts';
import { declaredType } from '../../http/declared.ts';
import type { FormPart, FormReader } from './form-reader.ts';
import { type HeaderValue, readHeaderValue, readPartHeaders } from './header-value.ts';
import { type NameReading, partName, percentDecoder, shownName } from './part-name.ts';

export interface FormFile {
  /** The name, as far as it can be shown. */
  readonly name: string;
  readonly mimeType: string;
  /** Identifies the file: the value of a field `Idempotency-Key` right before it. */
  readonly idempotencyKey?: string;
  readonly content: AsyncIterable<Uint8Array>;
  /** Why it is refused, whatever its content. */
  readonly refusal?: unknown;
}

/**
 * Yields the files of a form. Skips fields, and empty file inputs, which browsers send with an empty name and no
 * content.
 *
 * @param headers of the request
 * @throws FilemillError REQUEST_INVALID where the form breaks off
 */
export async function* filesIn(form: FormReader, headers: IncomingHttpHeaders): AsyncGenerator<FormFile, void> {
  let reading: NameReading = { charset: 'utf-8', percentDecode: percentDecoder(headers) };
  let idempotencyKey: string | undefined;
  for await (const part of form.parts()) {
    const found = fileOrField(part, reading);
    if (found === '_charset_') reading = { ...reading, charset: (await beginningOf(part.content)).trim() };
    if (found === 'Idempotency-Key') {
      idempotencyKey = await beginningOf(part.content);
      continue;
    }
    if (typeof found === 'object' && !(found.name === '' && (await isEmpty(found.content))))
      yield { ...found, ...(idempotencyKey !== undefined && { idempotencyKey }) };
    idempotencyKey = undefined;
  }
}

/** Answers the name of a field, or the file. */
function fileOrField({ headers, content }: FormPart, reading: NameReading): FormFile | string {
  let disposition: HeaderValue | undefined;
  try {
    const values = readPartHeaders(headers);
    const type = values.get('content-type') ?? '';
    disposition = readHeaderValue(values.get('content-disposition') ?? '');
    refuseWhatIsNoFile(disposition, type);
    const name = partName(disposition, reading);
    if (name === undefined) return fieldName(disposition, type);
    refuseWhatChangesTheMeaning(values);
    return { name, mimeType: declaredType(type), content };
  } catch (refusal) {
    return { name: disposition === undefined ? '' : shownName(disposition), mimeType: '', content, refusal };
  }
}

/** @throws FilemillError REQUEST_INVALID */
function refuseWhatIsNoFile({ word }: HeaderValue, type: string): void {
  if (word !== 'form-data')
    throw new FilemillError('REQUEST_INVALID', 'A part of the form has no Content-Disposition: form-data.');
  if (/^multipart\//i.test(type))
    throw new FilemillError(
      'REQUEST_INVALID',
      'A part of the form is multipart itself: send each file as a part of the form.',
    );
}

/** Types of fields that are typed in or made by scripts. */
const fieldTypes = /^(?:|text\/.*|application\/(?:.*[+])?(?:json|xml)|application\/x-www-form-urlencoded)$/;

/** A binary part without a file name is a file whose name was forgotten. @throws FilemillError NAME_INVALID */
function fieldName({ parameters }: HeaderValue, type: string): string {
  const name = parameters.get('name') ?? '';
  if (fieldTypes.test((type.split(';', 1)[0] as string).trim().toLowerCase())) return name;
  throw new FilemillError('NAME_INVALID', `The part ${JSON.stringify(name)} of the form has no file name.`);
}

/** Refuses encoded parts, whose bytes are not the file. @throws FilemillError REQUEST_INVALID */
function refuseWhatChangesTheMeaning(headers: ReadonlyMap<string, string>): void {
  for (const name of ['content-transfer-encoding', 'content-encoding']) {
    const encoding = headers.get(name) ?? '';
    if (!/^(?:|7bit|8bit|binary|identity)$/i.test(encoding))
      throw new FilemillError('REQUEST_INVALID', `Send the file itself: ${name} ${encoding} is not accepted.`);
  }
}

/** A charset label has 19 letters at most and a key 255, so that more than this is neither. */
const longestField = 256;

async function beginningOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const piece of content) {
    text += Buffer.from(piece).toString('latin1');
    if (text.length > longestField) break;
  }
  return text;
}

async function isEmpty(content: AsyncIterable<Uint8Array>): Promise<boolean> {
  for await (const _ of content) return false;
  return true;
}
