import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampDate, timestampFromDate, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type Identity, type Scope, scopes } from '#domain/access.ts';
import { FilemillError } from '#domain/errors.ts';
import type { Caller, CallerSchema } from '#gen/filemill/v1/access_service_pb.ts';

/** Conversions between identities and gRPC messages. */

export function identityToMessage(identity: Identity): MessageInitShape<typeof CallerSchema> {
  const { kind, id, name, tenant, scopes, expiresAt } = identity;
  const end = expiresAt === undefined ? {} : { expiresAt: timestampFromMs(expiresAt) };
  return { kind, id, name, tenant, scopes: [...scopes], ...end };
}

/** @throws FilemillError INTERNAL */
export function identityFromMessage(told: Caller | undefined): Identity {
  if (told === undefined) throw new FilemillError('INTERNAL', 'The answer about a caller is empty.');
  const { id, name, tenant, expiresAt } = told;
  const end = expiresAt && { expiresAt: timestampDate(expiresAt).getTime() };
  return { kind: told.kind as Identity['kind'], id, name, tenant, scopes: scopesFrom(told.scopes), ...end };
}

/** Scopes of a later version mean nothing here. */
export function scopesFrom(words: readonly string[]): readonly Scope[] {
  return scopes.filter((scope) => words.includes(scope));
}

/** @throws FilemillError REQUEST_INVALID for a word that is no scope, and for none */
export function requireScopes(words: readonly string[]): readonly Scope[] {
  const unknown = words.find((word) => !(scopes as readonly string[]).includes(word));
  if (unknown === undefined && words.length > 0) return scopesFrom(words);
  const why = unknown === undefined ? 'is empty' : `holds ${JSON.stringify(unknown)}`;
  throw new FilemillError('REQUEST_INVALID', `\`scopes\` ${why}; it must hold some of ${scopes.join(', ')}.`);
}

export function optionalTimestamp(date: Date | null) {
  return date === null ? undefined : timestampFromDate(date);
}
