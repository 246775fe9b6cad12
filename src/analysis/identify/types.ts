import type { Identification } from '#domain/analysis.ts';
import { binaryTypes } from './binary/types.ts';
import type { Found } from './found.ts';
import { textTypes } from './text/types.ts';

/** A MIME type, what it is in words, and the extensions that stand for it. */
export type TypeInfo = readonly [mime: string, description: string, ...extensions: string[]];

const descriptions = new Map<string, string>();
/** The types that an extension stands for. */
const promises = new Map<string, Set<string>>();
for (const [mime, description, ...extensions] of [...binaryTypes, ...textTypes]) {
  descriptions.set(mime, description);
  for (const extension of extensions) promises.set(extension, (promises.get(extension) ?? new Set()).add(mime));
}

/** The description of a type; the type itself if it is not in the table. */
function descriptionOf(mime: string): string {
  return descriptions.get(mime) ?? mime;
}

/** Whether the type is in the table. */
export function isKnown(mime: string): boolean {
  return descriptions.has(mime);
}

/** The types that the extension stands for; none if it is not in the table. */
export function promisedBy(extension: string): readonly string[] {
  return [...(promises.get(extension) ?? [])];
}

/** Whether the extension stands for this type, maybe among others. */
export function standsFor(extension: string, mime: string): boolean {
  return promises.get(extension)?.has(mime) === true;
}

/** Whether the extension is known, and stands for other types alone. An unknown type contradicts nothing. */
function contradicts(mime: string, extension: string): boolean {
  const promised = promises.get(extension);
  // These extensions stand for whatever is written so.
  if (mime.endsWith(`+${extension}`) || (extension === 'txt' && mime.startsWith('text/'))) return false;
  return promised !== undefined && mime !== 'application/octet-stream' && !promised.has(mime);
}

/** @param extension in lower case, without the dot */
export function identification(found: Found, extension: string): Identification {
  return {
    mime_type: found.mime,
    description: descriptionOf(found.mime),
    detected_by: found.detectedBy,
    confidence: found.confidence,
    candidates: found.candidates ?? [],
    extension_mismatch: contradicts(found.mime, extension),
  };
}
