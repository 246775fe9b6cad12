import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FastifyRequest } from 'fastify';
import { readWebConfig } from '../../config.ts';
import { uploadLocation } from './upload-location.ts';

const page = { origin: 'https://web.example' };

const cases: readonly [who: string, url: string, headers: Record<string, string>, location: string][] = [
  ['a program', '/uploads', {}, 'uploads/1'],
  ['a program with a slash', '/uploads/', {}, '1'],
  ['a browser', '/uploads', page, '/uploads/1'],
  ['a browser with a slash', '/uploads/', page, '/uploads/1'],
  [
    'a browser behind a path',
    '/uploads/',
    { ...page, 'x-forwarded-prefix': '/under/a-path' },
    '/under/a-path/uploads/1',
  ],
  ['a program behind a path', '/uploads/', { 'x-forwarded-prefix': '/under/' }, '/under/uploads/1'],
  ['a browser behind the root', '/uploads/', { ...page, 'x-forwarded-prefix': '/' }, '/uploads/1'],
  ['a browser behind what is no path', '/uploads/', { ...page, 'x-forwarded-prefix': '//evil.example' }, '/uploads/1'],
  ['a program behind several paths', '/uploads/', { 'x-forwarded-prefix': '/a, /b' }, '1'],
];

describe('the Location of an upload', () => {
  for (const [told, url] of [
    ['https://files.example', 'https://files.example'],
    ['http://files.example:8443/under/a-path/', 'http://files.example:8443/under/a-path'],
    ['https://[::1]:8080/', 'https://[::1]:8080'],
  ])
    it(`is whole below ${told}`, () => {
      const { publicHttp } = readWebConfig({ FILEMILL_PUBLIC_HTTP: told });
      const request = { url: '/uploads/', headers: { ...page, 'x-forwarded-prefix': '/x' } };
      assert.equal(uploadLocation(request as unknown as FastifyRequest, '1', publicHttp), `${url}/uploads/1`);
    });

  for (const told of ['files.example', 'ftp://files.example', 'https://files.example/?a', 'https://', 'https://a b'])
    it(`cannot be below ${told}`, () =>
      assert.throws(() => readWebConfig({ FILEMILL_PUBLIC_HTTP: told }), /FILEMILL_PUBLIC_HTTP/));

  for (const [who, url, headers, location] of cases)
    it(`is ${location} for ${who}`, () => {
      assert.equal(uploadLocation({ url, headers } as unknown as FastifyRequest, '1'), location);
    });
});
