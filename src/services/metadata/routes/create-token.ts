import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { TokenRow } from '#adapters/postgres/access/tokens.ts';
import { optionalTimestamp, requireScopes } from '#contract/callers.ts';
import { requireTenant } from '#contract/requests.ts';
import { optionalDate } from '#contract/wire.ts';
import { defaultTenant } from '#domain/access.ts';
import { FilemillError } from '#domain/errors.ts';
import type { TokenSchema } from '#gen/filemill/v1/access_service_pb.ts';
import type { MetadataContext, Route } from '../context.ts';

const longestText = 100;

export function createTokenRoute({ audit, identities }: MetadataContext): Route<'createToken'> {
  return async (request, context) => {
    const { row, secret } = await identities.create({
      name: requireText(request.name, 'name', 1),
      owner: requireText(request.owner, 'owner', 0),
      tenant: requireTenant(request.tenant || defaultTenant),
      scopes: requireScopes(request.scopes),
      expiresAt: requireFuture(optionalDate(request.expiresAt)),
    });
    const { id, tenant, name, scopes } = row;
    await audit.record(context, 'create_token', { tenant, object: id, detail: { name, scopes } });
    return { token: tokenToMessage(row), secret };
  };
}

export function tokenToMessage(row: TokenRow): MessageInitShape<typeof TokenSchema> {
  const { id, name, owner, tenant, scopes } = row;
  return {
    ...{ id, name, owner, tenant, scopes: [...scopes] },
    createdAt: timestampFromDate(row.createdAt),
    expiresAt: optionalTimestamp(row.expiresAt),
    lastUsedAt: optionalTimestamp(row.lastUsedAt),
    revokedAt: optionalTimestamp(row.revokedAt),
  };
}

/** A text for one line of a table. @throws FilemillError REQUEST_INVALID */
function requireText(text: string, field: string, least: number): string {
  const clean = text.normalize('NFC').trim();
  if (clean.length >= least && clean.length <= longestText && !/\p{C}/u.test(clean)) return clean;
  const need = `${least === 0 ? 'at most' : `${least} to`} ${longestText} characters without control characters`;
  throw new FilemillError('REQUEST_INVALID', `\`${field}\` must have ${need}.`);
}

function requireFuture(date: Date | undefined): Date | null {
  if (date !== undefined && date.getTime() <= Date.now())
    throw new FilemillError('REQUEST_INVALID', '`expires_at` has passed already.');
  return date ?? null;
}
