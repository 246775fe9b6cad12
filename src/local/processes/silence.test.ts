import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Silence } from './silence.ts';

const looksUntilHung = (silence: Silence) => {
  for (let looks = 1; looks <= 1_000; looks++) if (silence.look()) return looks;
  return undefined;
};

it('a service that says nothing more hangs after a bounded number of looks', () => {
  const silence = new Silence();
  silence.heard({ debugged: false });
  assert.equal(looksUntilHung(silence), 16);
  assert.equal(silence.seconds, 16);
});

it('a word begins the count anew', () => {
  const silence = new Silence();
  for (let n = 0; n < 100; n++) {
    silence.heard({ debugged: false });
    for (let looks = 0; looks < 15; looks++) assert.equal(silence.look(), false);
  }
});

it('a service gets longer for its start', () => {
  assert.equal(looksUntilHung(new Silence()), 121);
});

it('a service that is stopped by a debugger does not hang', () => {
  const silence = new Silence();
  silence.heard({ debugged: true });
  assert.equal(looksUntilHung(silence), undefined);
  silence.heard({ debugged: false });
  assert.equal(looksUntilHung(silence), 16);
});
