import pg from 'pg';
import { type FaultEntry, findFault, lasting, passing, type StoreFault } from '#domain/store-fault.ts';

const elsewhere = { reconnect: true };

/**
 * Errors of the server rather than the statement, by SQLSTATE or its class; the first match counts.
 * https://www.postgresql.org/docs/18/errcodes-appendix.html
 */
const answers: readonly FaultEntry[] = [
  passing(/^25006/, 'PostgreSQL accepts no writes: it is read-only, as a standby is.', elsewhere),
  passing(/^57P01/, 'PostgreSQL is shutting down or restarting.', elsewhere),
  passing(/^57P02/, 'PostgreSQL is recovering from a crash.', elsewhere),
  passing(/^57P03/, 'PostgreSQL is starting up, or is a standby that accepts no connections.', elsewhere),
  lasting(/^57P04/, 'The database was dropped: restore it.'),
  passing(/^57P/, 'PostgreSQL accepts no statements at the moment.'),
  passing(/^55000 .*not currently accepting connections/, 'The database accepts no connections at the moment.'),
  passing(/^53100/, 'PostgreSQL is out of disk space.'),
  passing(/^53200/, 'PostgreSQL is out of memory.'),
  passing(/^53300/, 'PostgreSQL has no free connection: its limit, or that of the role, is reached.'),
  passing(/^53/, 'PostgreSQL has reached one of its limits.'),
  lasting(/^54000 .*wraparound/, 'PostgreSQL accepts no writes until VACUUM has run: it is out of transaction ids.'),
  lasting(/^28P01/, 'PostgreSQL refuses the password in FILEMILL_DATABASE_URL: set the password of the role.'),
  lasting(/^28/, 'PostgreSQL refuses the role of FILEMILL_DATABASE_URL: check the role and pg_hba.conf.'),
  lasting(/^3D000/, 'The database that FILEMILL_DATABASE_URL names does not exist: create it, or name another.'),
  lasting(/^42501/, 'The role of FILEMILL_DATABASE_URL does not have a permission that it needs: grant it.'),
  passing(/^42P01/, 'The database has no schema yet: run `filemill migrate up`.'),
  passing(/^42703/, 'The schema of the database is older than this version: run `filemill migrate up`.'),
  lasting(/^58/, 'PostgreSQL cannot use its files: check its log and its disk.'),
  lasting(/^XX00[12]/, 'PostgreSQL has found damaged data: check its log.'),
  passing(/^40/, 'PostgreSQL rejected statements because of conflicts.'),
  passing(/^08/, 'The connection to PostgreSQL has failed.', elsewhere),
];

/** Failures without a SQLSTATE: those of the connection, and those before the first answer. */
const connections: readonly FaultEntry[] = [
  lasting(/SASL: .*password must be a string/, 'PostgreSQL requires a password: add it to FILEMILL_DATABASE_URL.'),
  lasting(/does not support SSL/, 'PostgreSQL does not support TLS, which FILEMILL_DATABASE_URL requires.'),
  lasting(
    /certificate|CERT_/i,
    'The certificate of PostgreSQL is not trusted: name its CA by sslrootcert in FILEMILL_DATABASE_URL, and a host that it holds.',
  ),
];

/** @returns undefined for an error of the statement, which is a defect */
export function postgresFault(error: unknown): StoreFault | undefined {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  const words = `${code} ${message}`;
  if (error instanceof pg.DatabaseError) return findFault(answers, code, words);
  const why = /^E[A-Z]+$/.test(code) ? ` (${code})` : '';
  const away = { ...silent, sentence: `PostgreSQL does not answer${why}.` };
  return findFault(connections, code || 'REFUSED', words) ?? away;
}

/** The fault of a statement that gets no answer. */
export const silent: StoreFault = {
  code: 'AWAY',
  kind: 'passing',
  reconnect: true,
  sentence: 'PostgreSQL does not answer.',
};

/** The fault of a write that a standby refuses. */
export const readOnly = findFault(answers, '25006', '25006') as StoreFault;
