import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrate } from '#adapters/postgres/database/migrate.ts';

/** A way in which PostgreSQL answers and yet refuses, made for real where that can be, and taken back. */
export interface PostgresRefusal {
  readonly sqlState: string;
  /** What only an operator ends. */
  readonly lasting: boolean;
  /** It tells of one connection, and is over as soon as any statement works. */
  readonly ofConnection?: boolean;
  begin(server: RefusingPostgres): Promise<unknown>;
  end(server: RefusingPostgres): Promise<unknown>;
}

export interface RefusingPostgres extends AsyncDisposable {
  /** For the services, which come as a role of its own: a superuser is refused little. */
  readonly url: string;
  readonly role: string;
  readonly name: string;
  /** As a superuser, in the database `postgres`, or in the database of the services. */
  asAdmin(...statements: string[]): Promise<void>;
  inside(...statements: string[]): Promise<void>;
}

const cut = ({ name }: RefusingPostgres) =>
  `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '${name}' and pid <> pg_backend_pid()`;

export const postgresRefusals: readonly PostgresRefusal[] = [
  {
    sqlState: '25006',
    lasting: false,
    begin: (server) =>
      server.asAdmin(`alter database ${server.name} set default_transaction_read_only = on`, cut(server)),
    end: (server) => server.asAdmin(`alter database ${server.name} reset default_transaction_read_only`),
  },
  {
    sqlState: '53300',
    lasting: false,
    begin: (server) => server.asAdmin(`alter role ${server.role} connection limit 0`, cut(server)),
    end: ({ asAdmin, role }) => asAdmin(`alter role ${role} connection limit -1`),
  },
  {
    sqlState: '28P01',
    lasting: true,
    begin: (server) => server.asAdmin(`alter role ${server.role} password 'other'`, cut(server)),
    end: ({ asAdmin, role }) => asAdmin(`alter role ${role} password 'right'`),
  },
  {
    sqlState: '28000',
    lasting: true,
    begin: (server) => server.asAdmin(`alter role ${server.role} nologin`, cut(server)),
    end: ({ asAdmin, role }) => asAdmin(`alter role ${role} login`),
  },
  {
    sqlState: '3D000',
    lasting: true,
    begin: async (server) => {
      const { name } = server;
      // Closed first, so that nobody comes back before the name has changed.
      await server.asAdmin(`alter database ${name} allow_connections false`, cut(server));
      await server.asAdmin(`alter database ${name} rename to ${name}_away`);
    },
    end: ({ asAdmin, name }) =>
      asAdmin(`alter database ${name}_away rename to ${name}`, `alter database ${name} allow_connections true`),
  },
  {
    sqlState: '55000',
    lasting: false,
    begin: (server) => server.asAdmin(`alter database ${server.name} allow_connections false`, cut(server)),
    end: ({ asAdmin, name }) => asAdmin(`alter database ${name} allow_connections true`),
  },
  {
    sqlState: '42501',
    lasting: true,
    begin: ({ inside, role }) => inside(`revoke insert, update, delete on files from ${role}`),
    end: ({ inside, role }) => inside(`grant insert, update, delete on files to ${role}`),
  },
  {
    sqlState: '42P01',
    lasting: false,
    begin: ({ inside }) =>
      inside('alter table results rename to results_away', 'alter table files rename to files_away'),
    end: ({ inside }) => inside('alter table files_away rename to files', 'alter table results_away rename to results'),
  },
  raised('53100', false, 'could not extend file "base/16384/2619": No space left on device'),
  raised('53200', false, 'out of memory'),
  raised('53400', false, 'temporary file size exceeds "temp_file_limit" (1kB)'),
  raised(
    '54000',
    true,
    'database is not accepting commands that assign new transaction IDs to avoid wraparound data loss',
  ),
  raised('57P01', false, 'terminating connection due to administrator command'),
  raised('57P02', false, 'terminating connection because of crash of another server process'),
  raised('57P03', false, 'the database system is starting up'),
  raised('58030', true, 'could not read blocks 0..0 in file "base/16384/2619": Input/output error'),
  raised('XX001', true, 'invalid page in block 0 of relation "base/16384/2619"'),
  raised('08006', false, 'connection to client lost'),
];

/** What cannot be brought about without root, or without harm to the other tests: every write of `files` is told so. */
function raised(sqlState: string, lasting: boolean, message: string): PostgresRefusal {
  return {
    sqlState,
    lasting,
    ofConnection: /^(08|57P)/.test(sqlState),
    begin: ({ inside }) =>
      inside(
        `create function refuse() returns trigger language plpgsql as $$ begin
           raise exception using errcode = '${sqlState}', message = $m$${message}$m$; end $$`,
        'create trigger refuse before insert or update or delete on files execute function refuse()',
      ),
    end: ({ inside }) => inside('drop function refuse cascade'),
  };
}

/** A database on the server that `npm test` started, with all its tables, and a role that owns it. */
export async function startRefusingPostgres(): Promise<RefusingPostgres> {
  const adminUrl = process.env.FILEMILL_TEST_POSTGRES_URL;
  if (adminUrl === undefined) throw new Error('This test needs PostgreSQL: run it as `npm test -- FILE`.');
  const name = `refusing_${randomBytes(6).toString('hex')}`;
  const asAdmin = (...statements: string[]) => runAll(adminUrl, statements);
  await asAdmin(`create role ${name} login password 'right'`, `create database ${name} owner ${name}`);
  const inside = Object.assign(new URL(adminUrl), { pathname: `/${name}` });
  const { href: url } = Object.assign(new URL(inside), { username: name, password: 'right' });
  await migrate(url);
  return {
    url,
    role: name,
    name,
    asAdmin,
    inside: (...statements) => runAll(inside.href, statements),
    [Symbol.asyncDispose]: () =>
      asAdmin(
        `drop database if exists ${name}_away with (force)`,
        `drop database if exists ${name} with (force)`,
        `drop role ${name}`,
      ),
  };
}

async function runAll(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
