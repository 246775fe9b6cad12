import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isRedisUrl, isTls, redisGroup } from './address.ts';
import { redisLink } from './open.ts';

describe('redisGroup', () => {
  it('reads Sentinels, with the name of the primary', () => {
    assert.deepEqual(
      redisGroup('rediss+sentinel://fm:p%40ss:w@a.example:1,[::1],b/the%20primary?db=2&sentinel_password=x'),
      {
        kind: 'sentinel',
        tls: true,
        seeds: [
          { host: 'a.example', port: 1 },
          { host: '::1', port: 26379 },
          { host: 'b', port: 26379 },
        ],
        username: 'fm',
        password: 'p@ss:w',
        name: 'the primary',
        db: 2,
        sentinelUsername: undefined,
        sentinelPassword: 'x',
      },
    );
  });

  it('reads a cluster', () => {
    const { kind, seeds, password } = redisGroup('redis+cluster://:secret@10.0.0.1:7000,10.0.0.2') ?? {};
    assert.deepEqual([kind, password], ['cluster', 'secret']);
    assert.deepEqual(seeds, [
      { host: '10.0.0.1', port: 7000 },
      { host: '10.0.0.2', port: 6379 },
    ]);
  });

  for (const url of [
    'redis+sentinel://host',
    'redis+sentinel://host/',
    'redis+sentinel://a,,b/name',
    'redis+sentinel://a:x/name',
    'redis+sentinel://a/name?db=one',
    'redis+cluster://a/1',
    'redis+cluster://a?db=1',
    'redis+other://a/b',
    'redis+cluster://',
    'redis+cluster://%zz:a@host',
  ])
    it(`refuses ${url}`, () => assert.equal(isRedisUrl(url), false));
});

describe('links to Redis', () => {
  for (const [url, link] of Object.entries({
    'unix:///run/redis': 'LOCAL',
    'redis://localhost:6379': 'LOCAL',
    'redis://user:password@store.example': 'CLEAR_TEXT',
    'rediss://store.example': 'TLS',
    'redis+sentinel://127.0.0.1,store.example/name': 'CLEAR_TEXT',
    'rediss+cluster://127.0.0.1,store.example': 'TLS',
    'redis+cluster://127.0.0.1:1,[::1]:2': 'LOCAL',
  }))
    it(`${url} is ${link}`, () => {
      assert.equal(redisLink(url), link);
      assert.equal(isTls(url), link === 'TLS');
    });
});
