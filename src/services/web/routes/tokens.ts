import { z } from 'zod';
import { tokenToJson } from '#contract/json.ts';
import type { Json } from '#contract/schemas.ts';
import { scopes } from '#domain/access.ts';
import { FilemillError } from '#domain/errors.ts';
import type { Backend } from '../backend.ts';
import { idsBody, time, trueOrFalse } from '../http/query.ts';
import { route } from '../http/route.ts';

export function listTokens({ access }: Backend) {
  return route({
    name: 'listTokens',
    method: 'GET',
    path: '/api/v1/tokens',
    tag: 'Tokens',
    summary: 'List tokens',
    description: 'Lists tokens without their secrets, newest first.',
    query: {
      tenant: z.string('must be given once').optional().describe('Only the tokens of this tenant.'),
      with_ended: trueOrFalse.optional().describe('Also those that were revoked or have expired.'),
    },
    answers: { 200: { description: 'The newest 1,000.', schema: 'Tokens' } },
    async handle({ query: { tenant = '', with_ended: withEnded = false }, onward }): Promise<Json<'Tokens'>> {
      const { tokens } = await access.listTokens({ tenant, withEnded }, onward);
      return { tokens: tokens.map(tokenToJson) };
    },
  });
}

const newTokenBody = z.strictObject(
  {
    name: z.string('must be text').describe('What the token is for: 1 to 100 characters.'),
    owner: z.string('must be text').optional().describe('The person or team that answers for it.'),
    tenant: z.string('must be text').optional().describe('`default` unless given.'),
    scopes: z.array(z.enum(scopes), `must list some of ${scopes.join(', ')}`),
    expires_at: time.nullish().describe('Null or absent: the token does not expire.'),
  },
  'must be a JSON object such as {"name": "…", "scopes": ["read"]}',
);

export function createToken({ access }: Backend) {
  return route({
    name: 'createToken',
    method: 'POST',
    path: '/api/v1/tokens',
    tag: 'Tokens',
    summary: 'Create a token',
    description: 'Creates a token. The answer is the only time its secret is shown.',
    body: newTokenBody,
    answers: { 201: { description: 'The token and its secret.', schema: 'NewToken' } },
    async handle({ body: { name, owner = '', tenant = '', scopes, expires_at: end }, onward, reply }) {
      const request = { name, owner, tenant, scopes, ...(end && { expiresAt: end }) };
      const { token, secret } = await access.createToken(request, onward);
      if (token === undefined) throw new FilemillError('INTERNAL', 'The answer about a new token is empty.');
      const made: Json<'NewToken'> = { token: tokenToJson(token), secret };
      return reply.code(201).send(made);
    },
  });
}

export function revokeTokens({ access }: Backend) {
  return route({
    name: 'revokeTokens',
    method: 'POST',
    path: '/api/v1/tokens:revoke',
    tag: 'Tokens',
    summary: 'Revoke tokens',
    description:
      'Revokes tokens, and the sessions that were begun with them. Within seconds they are refused, for good.',
    body: idsBody,
    answers: { 200: { description: 'The outcome for each token.', schema: 'Revoked' } },
    async handle({ body: { ids }, onward }): Promise<Json<'Revoked'>> {
      const { revokedIds } = await access.revokeTokens({ ids: [...ids] }, onward);
      return { items: ids.map((id) => ({ id, outcome: revokedIds.includes(id) ? 'REVOKED' : 'NOT_FOUND' })) };
    },
  });
}
