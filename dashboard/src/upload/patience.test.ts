import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Refusal } from '../api.ts';
import { withPatience } from './patience.ts';

const refusal = (reason: string) => new Refusal({ detail: reason, reason, action: '' });

describe('the patience of an upload', () => {
  const browser = globalThis as { window?: EventTarget };
  before(() => {
    browser.window = new EventTarget();
  });
  after(() => {
    delete browser.window;
  });

  it('outlasts what passes, and tells of each hindrance', async () => {
    const ends = [refusal('UNREACHABLE'), refusal('UPLOAD_LOCKED'), 'kept'];
    const hindrances: string[] = [];
    const attempt = async () => {
      const end = ends.shift();
      if (end instanceof Refusal) throw end;
      return end;
    };
    const answered = withPatience(attempt, new AbortController().signal, ({ reason }) => {
      hindrances.push(reason);
      // Does not wait once there is a network again.
      setImmediate(() => browser.window?.dispatchEvent(new Event('online')));
    });
    assert.equal(await answered, 'kept');
    assert.deepEqual(hindrances, ['UNREACHABLE', 'UPLOAD_LOCKED']);
  });

  it('ends with a refusal for good', async () => {
    const refused = refusal('NAME_INVALID');
    const attempt = () => Promise.reject(refused);
    await assert.rejects(withPatience(attempt, new AbortController().signal, assert.fail), refused);
  });

  it('ends when it is told to stop, in the midst of a wait too', async () => {
    const stop = new AbortController();
    const attempt = () => Promise.reject(refusal('UNREACHABLE'));
    const given = withPatience(attempt, stop.signal, () => setImmediate(() => stop.abort(new Error('stopped'))));
    await assert.rejects(given, /stopped/);
  });
});
