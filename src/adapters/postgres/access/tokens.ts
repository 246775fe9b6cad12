import type { Scope } from '#domain/access.ts';
import type { Database, Statement } from '../database/database.ts';

export interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

export interface LiveToken extends TokenRow {
  readonly secretHash: Buffer;
  readonly isSession: boolean;
}

const columns = `t.id, t.name, t.owner, t.tenant, t.scopes, t.created_at as "createdAt", t.expires_at as "expiresAt",
      t.last_used_at as "lastUsedAt", t.revoked_at as "revokedAt"`;
const isLive = (row: string) =>
  `(${row}.revoked_at is null and (${row}.expires_at is null or ${row}.expires_at > now()))`;

const find: Statement = {
  name: 'find-token',
  text: `
    select ${columns}, t.secret_hash as "secretHash", t.is_session as "isSession"
    from tokens t left join tokens p on p.id = t.parent
    where t.id = $1 and ${isLive('t')} and (t.parent is null or ${isLive('p')})`,
};

const insert: Statement = {
  name: 'insert-token',
  text: `
    insert into tokens as t (id, secret_hash, name, owner, tenant, scopes, expires_at, is_session, parent)
    values ($1, $2, $3, $4, $5, $6::text[], $7::timestamptz, $8, $9)
    returning ${columns}`,
};

const list: Statement = {
  name: 'list-tokens',
  text: `
    select ${columns} from tokens t
    where not t.is_session and ($1 = '' or t.tenant = $1) and ($2 or ${isLive('t')})
    order by t.created_at desc, t.id limit 1000`,
};

const revoke: Statement = {
  name: 'revoke-tokens',
  text: `
    update tokens set revoked_at = coalesce(revoked_at, now())
    where id in (select id from tokens where id = any($1::text[]) order by id for update)
    returning id`,
};

const touch: Statement = {
  name: 'touch-token',
  text: `update tokens set last_used_at = now() where id = $1 and (last_used_at is null or last_used_at < now() - interval '30 s')`,
};

const forgetSessions: Statement = {
  name: 'forget-sessions',
  text: `
    delete from tokens where id in
      (select id from tokens where is_session and (expires_at < now() - interval '1 day' or revoked_at is not null) limit 1000)`,
};

/** @returns the token unless it does not exist, has expired, was revoked, or belongs to such a token */
export async function findLiveToken(database: Database, id: string): Promise<LiveToken | undefined> {
  const [token] = await database.query<LiveToken>(find, [id]);
  return token;
}

export type NewToken = Pick<LiveToken, 'id' | 'secretHash' | 'name' | 'owner' | 'tenant' | 'scopes' | 'isSession'> & {
  readonly expiresAt: Date | null;
  readonly parent: string | null;
};

export async function insertToken(database: Database, token: NewToken): Promise<TokenRow> {
  const { id, secretHash, name, owner, tenant, scopes, expiresAt, isSession, parent } = token;
  const values = [id, secretHash, name, owner, tenant, scopes, expiresAt, isSession, parent];
  const [row] = await database.query<TokenRow>(insert, values);
  if (row === undefined) throw new Error('The token was not inserted');
  return row;
}

/** The newest first. @param tenant empty for all */
export async function listTokens(database: Database, tenant: string, withEnded: boolean): Promise<TokenRow[]> {
  return await database.query<TokenRow>(list, [tenant, withEnded]);
}

/** @returns the ids that exist; a token that was revoked before keeps its time */
export async function revokeTokens(database: Database, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await database.query<{ id: string }>(revoke, [ids]);
  return new Set(rows.map(({ id }) => id));
}

export async function touchToken(database: Database, id: string): Promise<void> {
  await database.query(touch, [id]);
}

/** Deletes sessions that ended. */
export async function forgetEndedSessions(database: Database): Promise<void> {
  await database.query(forgetSessions);
}
