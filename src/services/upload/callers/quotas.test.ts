import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FilemillError } from '#domain/errors.ts';
import { Quotas } from './quotas.ts';

test('an upload asks again when the metadata service was away a moment ago', async () => {
  let away = true;
  const quotas = new Quotas({
    getQuota: async () => {
      if (away) throw new FilemillError('UNAVAILABLE', 'The metadata service does not answer.');
      return { tenant: { name: 'default', quota: {}, files: 0n, bytes: 0n } } as never;
    },
  });
  quotas.countRequest('default');
  await assert.rejects(quotas.requireRoom('default', 1, []), /does not answer/);
  away = false;
  await quotas.requireRoom('default', 1, []);
});
