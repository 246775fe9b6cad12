import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { FileJson } from '#client/json.ts';
import { catalogue } from '#domain/errors.ts';
import type { Problem } from '#services/web/problem.ts';
import { filemill } from '../support/cli.ts';
import { postgresRefusals, type RefusingPostgres, startRefusingPostgres } from '../support/postgres-refusals.ts';
import { eventually } from '../support/upload-stack.ts';
import { startWebStack, type WebStack } from '../support/web-stack.ts';

describe('a whole system whose PostgreSQL refuses', () => {
  const resources = new AsyncDisposableStack();
  let postgres: RefusingPostgres;
  let stack: WebStack;
  before(async () => {
    postgres = resources.use(await startRefusingPostgres());
    stack = resources.use(await startWebStack({ FILEMILL_DATABASE_URL: postgres.url }));
    await stack.start('worker');
  });
  after(() => resources.disposeAsync());

  const run = (args: readonly string[], stdin?: string) =>
    filemill(args, { server: stack.env.FILEMILL_UPLOAD_TARGET ?? '', ...(stdin !== undefined && { stdin }) });
  const upload = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(['upload', '-', '--name', 'a.txt', '-q', ...args], 'some words');
    assert.equal(code, 0, stderr);
    return stdout.trim();
  };
  const statusOf = async (id: string) =>
    ((await (await fetch(`${stack.base}/api/v1/files/${id}`)).json()) as FileJson).status;

  for (const { sqlState, lasting, begin, end } of postgresRefusals)
    it(`says so in a sentence while it answers ${sqlState}, and loses nothing`, async () => {
      const id = await upload();
      await begin(postgres);
      try {
        await eventually(async () => {
          const response = await fetch(`${stack.base}/api/v1/files/${id}`, { method: 'DELETE' });
          const { reason, detail, facts } = (await response.json()) as Problem;
          if (facts?.code !== sqlState) return false;
          assert.equal(response.status, 503);
          assert.equal(reason, lasting ? 'STORE_REFUSES' : 'UNAVAILABLE');
          assert.equal(Number(response.headers.get('retry-after')), lasting ? 5 : 1);
          assert.match(detail, /PostgreSQL|database|role/);
          return true;
        });
        const { code, stderr } = await run(['delete', id, '--retry-for', lasting ? '1h' : '1s']);
        assert.equal(code, 5, stderr);
        assert.doesNotMatch(stderr, new RegExp(`${catalogue.INTERNAL.what}|npm start`));
        assert.match(stderr, lasting ? /filemill: .*\n {2}→ An operator/ : /Try again in a while/);
      } finally {
        await end(postgres);
      }
      await eventually(async () => (await run(['upload', '-', '--name', 'b.txt', '-q', '--wait'], 'words')).code === 0);
      await eventually(async () => (await statusOf(id)) === 'COMPLETED');
      const { code, stderr } = await run(['delete', id]);
      assert.equal(code, 0, stderr);
      for (const { log } of Object.values(stack.services)) assert.doesNotMatch(log(), /"level":"fatal"|call failed/);
    });
});
