import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { pino } from 'pino';
import { FilemillError } from '#domain/errors.ts';
import { isStoreFault } from '#domain/store-fault.ts';
import { never } from '#platform/abort.ts';
import { ConfigError } from '#platform/config.ts';
import { eventually } from '#test/support/eventually.ts';
import { newFile } from '#test/support/files.ts';
import { postgresRefusals, type RefusingPostgres, startRefusingPostgres } from '#test/support/postgres-refusals.ts';
import { createFiles } from '../files/file-creation.ts';
import { Database } from './database.ts';
import { postgresFault } from './faults.ts';
import { waitForDatabase } from './wait-for-database.ts';

interface Line {
  readonly level: number;
  readonly code?: string;
  readonly msg: string;
}

describe('a PostgreSQL that refuses', () => {
  let server: RefusingPostgres;
  before(async () => {
    server = await startRefusingPostgres();
  });
  after(() => server[Symbol.asyncDispose]());

  /** The pool has connections from before, as in a service that has run for a while. */
  async function openDatabase() {
    const lines: Line[] = [];
    const logger = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
    const database = new Database({ url: server.url, poolSize: 4, logger });
    await Promise.all(Array.from({ length: 4 }, () => database.query({ text: 'select pg_sleep(0.05)' })));
    const create = () => createFiles(database, [newFile()], 3);
    return { database, lines, create, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() };
  }

  for (const { sqlState, lasting, begin, end } of postgresRefusals)
    it(`is known by ${sqlState}, told of once, and used again when it serves`, async () => {
      await using t = await openDatabase();
      await t.create();
      await begin(server);
      try {
        const refused = async () => {
          const error = await t.create().catch((error: unknown) => error);
          return error instanceof FilemillError && isStoreFault(error, 'postgresql') ? error : undefined;
        };
        await eventually('the refusal is told', async () => (await refused())?.facts.code === sqlState);
        for (let n = 0; n < 8; n++) {
          const error = await refused();
          assert.equal(error?.facts.code, sqlState);
          assert.equal(error?.reason, lasting ? 'STORE_REFUSES' : 'UNAVAILABLE');
          assert.doesNotMatch(error?.message ?? '', /base\/|16384|refusing_|127\.0\.0\.1|'right'|'other'/);
        }
        assert.equal(t.database.health.report.fault?.code, sqlState);
        assert.deepEqual(
          t.lines.filter(({ code }) => code === sqlState).map(({ level }) => level),
          [lasting ? 50 : 40],
        );
      } finally {
        await end(server);
      }
      await eventually('a file can be created again', () =>
        t.create().then(
          () => true,
          () => false,
        ),
      );
      await t.create();
      assert.equal(t.database.health.report.fault, undefined);
      assert.deepEqual(
        t.lines.filter(({ msg }) => msg.includes('serves again')).map(({ msg }) => msg),
        ['PostgreSQL serves again'],
      );
    });

  it('that takes no writes answers what is read, and is not ready', async () => {
    await using t = await openDatabase();
    const readOnly = postgresRefusals.find(({ sqlState }) => sqlState === '25006');
    await readOnly?.begin(server);
    try {
      await eventually('the database takes no writes', async () => await t.database.readOnly().catch(() => false));
      await assert.rejects(t.database.ready(), { reason: 'UNAVAILABLE', facts: { part: 'postgresql', code: '25006' } });
      await waitForDatabase(t.database, { logger: pino({ level: 'silent' }), signal: never });
    } finally {
      await readOnly?.end(server);
    }
    await eventually('the database is ready again', () =>
      t.database.ready().then(
        () => true,
        () => false,
      ),
    );
  });

  it('to the end of the wait at boot stops the boot, and names the setting', async () => {
    const { href: url } = Object.assign(new URL(server.url), { password: 'wrong' });
    const logger = pino({ level: 'silent' });
    await using database = new Database({ url, poolSize: 1, logger });
    const waiting = waitForDatabase(database, { logger, signal: never, forMs: 1 });
    await assert.rejects(
      waiting,
      (error) => error instanceof ConfigError && /FILEMILL_DATABASE_URL/.test(error.message),
    );
  });

  it('at boot is asked again, and what is wrong with it stops the boot at once', async () => {
    await using t = await openDatabase();
    const answers = [new FilemillError('OVERLOADED', 'busy'), new ConfigError('commits are not awaited')];
    let asked = 0;
    const demands = async () => {
      const answer = answers[asked++];
      if (answer !== undefined) throw answer;
    };
    const waiting = { logger: pino({ level: 'silent' }), signal: never, demands };
    await assert.rejects(waitForDatabase(t.database, waiting), { message: 'commits are not awaited' });
    await waitForDatabase(t.database, waiting);
    assert.equal(asked, 3);
  });

  it('asks for a password that the URL lacks', async () => {
    const client = new pg.Client({ connectionString: Object.assign(new URL(server.url), { password: '' }).href });
    const error: unknown = await client.connect().catch((error: unknown) => error);
    // pg leaves the connection in the middle of its login, and DROP DATABASE would wait for it.
    (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
    const fault = postgresFault(error);
    assert.equal(fault?.kind, 'operator');
    assert.match(fault?.sentence ?? '', /requires a password/);
  });
});
