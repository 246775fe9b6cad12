import { timestampDate } from '@bufbuild/protobuf/wkt';
import { z } from 'zod';
import { callerToJson } from '#contract/json.ts';
import type { Json } from '#contract/schemas.ts';
import { FilemillError } from '#domain/errors.ts';
import type { Backend } from '../backend.ts';
import { sessionCookie } from '../http/access.ts';
import { route } from '../http/route.ts';

export function getCaller({ access }: Backend) {
  return route({
    name: 'getCaller',
    method: 'GET',
    path: '/api/v1/caller',
    tag: 'Access',
    summary: 'Get the caller',
    description: 'Says who the caller is, and what it may do.',
    answers: { 200: { description: 'The caller.', schema: 'Caller' } },
    handle: async ({ onward }): Promise<Json<'Caller'>> => callerToJson((await access.getCaller({}, onward)).caller),
  });
}

/** The page signs in: its token goes, and a cookie that scripts cannot read comes. */
export function createSession({ access }: Backend) {
  return route({
    name: 'createSession',
    method: 'POST',
    path: '/api/v1/session',
    tag: 'Access',
    summary: 'Begin a session',
    description:
      'Begins a session of the page with a token or a JWT, and sets its cookie. Programs do not need one: they ' +
      'send their token with each request.',
    body: z.strictObject({ token: z.string().min(1).max(8_192).describe('A token or a JWT.') }),
    answers: { 200: { description: 'The caller. The cookie lasts for 12 hours at most.', schema: 'Caller' } },
    problems: ['UNAUTHENTICATED'],
    async handle({ body: { token }, onward, request, reply }): Promise<Json<'Caller'>> {
      // Another page must not sign people in as somebody else, even one of the same site, which can set the cookie.
      if (request.isForeign)
        throw new FilemillError('ORIGIN_REFUSED', 'A session of the page begins on the page itself.');
      const authorization = `Bearer ${token}`;
      const { secret, expiresAt } = await access.createSession({}, { ...onward, authorization });
      const { caller } = await access.getCaller({}, { ...onward, authorization: `Bearer ${secret}` });
      reply.header('set-cookie', sessionCookie(secret, request.overTls, expiresAt && timestampDate(expiresAt)));
      return callerToJson(caller);
    },
  });
}

export function endSession({ access }: Backend) {
  return route({
    name: 'endSession',
    method: 'DELETE',
    path: '/api/v1/session',
    tag: 'Access',
    summary: 'End the session',
    description: 'Ends the session of the page.',
    answers: { 204: { description: 'The session has ended, and its cookie is gone.' } },
    async handle({ onward, request, reply }) {
      await access.endSession({}, onward);
      return reply
        .code(204)
        .header('set-cookie', sessionCookie('', request.overTls, undefined))
        .send();
    },
  });
}

export function getSignIn(provider: string | undefined) {
  return route({
    name: 'getSignIn',
    method: 'GET',
    path: '/api/v1/session',
    tag: 'Access',
    summary: 'Get the ways to sign in',
    description: 'Says how people can sign in to the page, apart from pasting a token.',
    answers: { 200: { description: 'The ways to sign in.', schema: 'SignIn' } },
    handle: async (): Promise<Json<'SignIn'>> => ({ provider: provider ?? null }),
  });
}
