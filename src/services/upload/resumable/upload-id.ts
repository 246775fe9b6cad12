import { hash } from 'node:crypto';
import type { Declaration } from '../intake/declaration.ts';

/**
 * The id of the upload of an idempotency key and a description: every replica finds it without looking anything up.
 * A UUIDv8 (RFC 9562, section 5.8) of their SHA-256.
 */
export function uploadIdOf(declared: Declaration & { readonly idempotencyKey: string }): string {
  const { idempotencyKey, filename, path, mimeType, size, sha256, sha256AtClose } = declared;
  const description = [idempotencyKey, filename, path, mimeType, size, sha256, sha256AtClose];
  const hex = hash('sha256', JSON.stringify(description));
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, variant + hex.slice(17, 20)];
  return [...parts, hex.slice(20, 32)].join('-');
}
