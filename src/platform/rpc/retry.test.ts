import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { FilemillError } from '#domain/errors.ts';
import { never } from '../abort.ts';
import { withRetry } from './retry.ts';

const forMs = 30;
const options = { signal: never, forMs };

describe('trying again', () => {
  it('has its whole time anew after a try that got somewhere', async () => {
    let tries = 0;
    const answer = await withRetry(async (onProgress) => {
      tries += 1;
      if (tries === 2) {
        onProgress();
        await delay(2 * forMs);
      }
      if (tries < 3) throw new FilemillError('UNAVAILABLE');
      return 'done';
    }, options);
    assert.equal(answer, 'done');
  });

  it('ends for a server that is only silent, however long each silence', async () => {
    const silent = withRetry(async () => {
      await delay(2 * forMs);
      throw new FilemillError('UNAVAILABLE');
    }, options);
    await assert.rejects(silent, { reason: 'UNAVAILABLE' });
  });

  it('does not begin with what it cannot mend', async () => {
    let tries = 0;
    const refused = withRetry(async () => {
      tries += 1;
      throw new FilemillError('NAME_INVALID');
    }, options);
    await assert.rejects(refused, { reason: 'NAME_INVALID' });
    assert.equal(tries, 1);
  });
});
