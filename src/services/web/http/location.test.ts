import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FastifyRequest } from 'fastify';
import { locationOf } from './location.ts';

const cases: readonly [from: string, to: `/${string}`, location: string][] = [
  ['/uploads', '/uploads/1', 'uploads/1'],
  ['/uploads/', '/uploads/1', '1'],
  ['/uploads?a=/b/', '/uploads/1', 'uploads/1'],
  ['http://web.example/uploads/', '/uploads/1', '1'],
  ['/files/a.txt', '/api/v1/files/1', '../api/v1/files/1'],
  ['/files/a.txt/', '/api/v1/files/1', '../../api/v1/files/1'],
  ['/files/a%2Fb', '/api/v1/files/1', '../api/v1/files/1'],
  ['/api/v1/files', '/api/v1/files/1', 'files/1'],
  ['/uploads/1/2/', '/uploads/1', '../../1'],
];

describe('a Location', () => {
  for (const [url, to, location] of cases)
    it(`leads from ${url} to ${to} as ${location}, below any path`, () => {
      assert.equal(locationOf({ url } as FastifyRequest, to), location);
      for (const base of ['http://web.example', 'https://proxy.example/under/a/path']) {
        const { pathname, search } = new URL(url, 'http://web.example');
        assert.equal(new URL(location, `${base}${pathname}${search}`).href, `${base}${to}`);
      }
    });
});
