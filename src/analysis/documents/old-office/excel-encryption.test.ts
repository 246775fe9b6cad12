import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { decrypted } from './excel-encryption.ts';

const salt = Buffer.from('0123456789abcdef');
const text = 'A text that is long. '.repeat(100);

describe('an encrypted workbook', () => {
  const label = record(0x0204, Buffer.from(text));
  const sheet = record(0x0085, Buffer.from('\x01\x02\x03\x04a sheet'));
  const begin = record(0x0809, Buffer.from('beginning'));

  it('is read when its password is the one that Excel knows', () => {
    const password = passwordRecord('VelvetSweatshop');
    const clear = Buffer.concat([begin, password, sheet, label, label]);
    const found = decrypted(encrypted(clear, 'VelvetSweatshop'), password.subarray(4));
    assert.deepEqual(found?.subarray(begin.length + password.length), Buffer.concat([sheet, label, label]));
    assert.deepEqual(found?.subarray(0, begin.length), begin);
  });

  it('is not read when its password is another, or it is encrypted in another way', () => {
    const clear = Buffer.concat([begin, label]);
    assert.equal(decrypted(encrypted(clear, 'secret'), passwordRecord('secret').subarray(4)), undefined);
    const obfuscated = passwordRecord('VelvetSweatshop').subarray(4);
    obfuscated.writeUInt16LE(0, 0);
    assert.equal(decrypted(clear, obfuscated), undefined);
    assert.equal(decrypted(clear, Buffer.alloc(6)), undefined);
  });

  it('may be cut off', () => {
    const password = passwordRecord('VelvetSweatshop');
    const cut = encrypted(Buffer.concat([begin, label]), 'VelvetSweatshop').subarray(0, -500);
    assert.deepEqual(decrypted(cut, password.subarray(4)), Buffer.concat([begin, label]).subarray(0, -500));
  });
});

function record(type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(type, 0);
  head.writeUInt16LE(data.length, 2);
  return Buffer.concat([head, data]);
}

function passwordRecord(password: string): Buffer {
  const verifier = Buffer.from('fedcba9876543210');
  const head = Buffer.from('010001000100', 'hex');
  const both = xor(Buffer.concat([verifier, md5(verifier)]), keyBytes(password, 0));
  return record(0x002f, Buffer.concat([head, salt, both]));
}

/** All data of records but that of beginnings, passwords, and where sheets begin. */
function encrypted(clear: Buffer, password: string): Buffer {
  const blocks = Array.from({ length: Math.ceil(clear.length / 1024) }, (_, block) => keyBytes(password, block));
  const result = xor(clear, Buffer.concat(blocks));
  for (let at = 0; at < clear.length; ) {
    const [type, length] = [clear.readUInt16LE(at), clear.readUInt16LE(at + 2)];
    const kept = 4 + (type === 0x0809 || type === 0x002f ? length : type === 0x0085 ? 4 : 0);
    clear.copy(result, at, at, at + kept);
    at += 4 + length;
  }
  return result;
}

function keyBytes(password: string, block: number): Buffer {
  const start = md5(Buffer.from(password, 'utf16le')).subarray(0, 5);
  const base = md5(Buffer.concat(Array(16).fill(Buffer.concat([start, salt])))).subarray(0, 5);
  const key = md5(Buffer.concat([base, Buffer.from([block & 0xff, block >> 8, 0, 0])]));
  const state = Array.from({ length: 256 }, (_, index) => index);
  let [i, j] = [0, 0];
  const swap = () => {
    [state[i], state[j]] = [state[j] as number, state[i] as number];
  };
  for (; i < 256; i++) {
    j = (j + (state[i] as number) + (key[i % 16] as number)) % 256;
    swap();
  }
  [i, j] = [0, 0];
  return Buffer.from(
    Array.from({ length: 1024 }, () => {
      i = (i + 1) % 256;
      j = (j + (state[i] as number)) % 256;
      swap();
      return state[((state[i] as number) + (state[j] as number)) % 256] as number;
    }),
  );
}

function xor(bytes: Buffer, key: Buffer): Buffer {
  return Buffer.from(bytes.map((byte, at) => byte ^ (key[at] as number)));
}

function md5(bytes: Buffer): Buffer {
  return createHash('md5').update(bytes).digest();
}
