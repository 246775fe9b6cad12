import assert from 'node:assert/strict';
import { it } from 'node:test';
import { requestIdFrom } from './request-id.ts';

const hostile = ['a\nb', 'a\r\nb', '\u0000', '\u001b[31m', 'a\tb', '\u2028', 'ä', '"', '{', ' a', '', 'a'.repeat(129)];

for (const given of [...hostile, undefined, ['a', 'b'], Buffer.from('a')])
  it(`A UUID takes the place of ${JSON.stringify(given)?.slice(0, 40)}`, () => {
    assert.match(requestIdFrom(given), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

for (const given of ['a', '0b3f-x_y.z', 'Root=1-67891233-abcdef012345678912345678', 'a+/b:c', 'a'.repeat(128)])
  it(`${given.slice(0, 44)} is kept`, () => {
    assert.equal(requestIdFrom(given), given);
  });
