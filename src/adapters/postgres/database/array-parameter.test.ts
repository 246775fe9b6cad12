import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { openTestDatabase } from '#test/support/files.ts';
import { bigintArray, textArray, uuidArray } from './array-parameter.ts';

let opened: Awaited<ReturnType<typeof openTestDatabase>>;
before(async () => {
  opened = await openTestDatabase();
});
after(() => opened[Symbol.asyncDispose]());

async function returned(type: string, array: Buffer): Promise<unknown> {
  const [row] = await opened.database.query<{ back: unknown }>({ text: `select $1::${type}[] as back` }, [array]);
  return row?.back;
}

test('PostgreSQL reads every text and null as it was written', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', '').toWellFormed()),
    fc.constantFrom(null, '', 'null', '{}', '"', '\\', ',', 'שלום', '😀'),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(text), async (values) => {
      assert.deepEqual(await returned('text', textArray(values)), values);
    }),
  );
});

test('PostgreSQL reads UUIDs and numbers as they were written', async () => {
  const ids = Array.from({ length: 50 }, () => randomUUID() as string);
  assert.deepEqual(await returned('uuid', uuidArray(ids)), ids);
  const numbers = [0, 1, -1, 2 ** 32, Number.MAX_SAFE_INTEGER];
  assert.deepEqual(await returned('bigint', bigintArray(numbers)), numbers.map(String));
  for (const empty of [uuidArray([]), textArray([]), bigintArray([])])
    assert.deepEqual(await returned('text', empty).catch(() => []), []);
});

test('what is no UUID is refused before it is sent', () => {
  for (const bad of ['', 'x', '0'.repeat(31), `${'0'.repeat(31)}g`]) assert.throws(() => uuidArray([bad]), TypeError);
});
