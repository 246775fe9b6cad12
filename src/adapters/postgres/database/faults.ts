import pg from 'pg';
import { type FaultEntry, findFault, lasting, passing, type StoreFault } from '#domain/store-fault.ts';

const elsewhere = { reconnect: true };

/**
 * Answers that tell of the server and not of the statement, by SQLSTATE or its class; the first that fits is taken.
 * https://www.postgresql.org/docs/18/errcodes-appendix.html
 */
const answers: readonly FaultEntry[] = [
  passing(/^25006/, 'PostgreSQL takes no writes: it is read-only, as a standby is.', elsewhere),
  passing(/^57P01/, 'PostgreSQL is shutting down or restarting.', elsewhere),
  passing(/^57P02/, 'PostgreSQL is recovering from a crash.', elsewhere),
  passing(/^57P03/, 'PostgreSQL is starting up, or is a standby that takes no connections.', elsewhere),
  lasting(/^57P04/, 'The database was dropped: restore it.'),
  passing(/^57P/, 'PostgreSQL takes no statements just now.'),
  passing(/^55000 .*not currently accepting connections/, 'The database takes no connections: it is closed for now.'),
  passing(/^53100/, 'PostgreSQL has no disk space left.'),
  passing(/^53200/, 'PostgreSQL has no memory left.'),
  passing(/^53300/, 'PostgreSQL has no connection left: too many are open, or the role may have no more.'),
  passing(/^53/, 'PostgreSQL has reached one of its limits.'),
  lasting(/^54000 .*wraparound/, 'PostgreSQL takes no writes until VACUUM has run: it is out of transaction ids.'),
  lasting(/^28P01/, 'PostgreSQL refuses the password in FILEMILL_DATABASE_URL: set the one that the role has.'),
  lasting(/^28/, 'PostgreSQL does not let the role of FILEMILL_DATABASE_URL in: check the role and pg_hba.conf.'),
  lasting(/^3D000/, 'The database that FILEMILL_DATABASE_URL names does not exist: create it, or name another.'),
  lasting(/^42501/, 'The role of FILEMILL_DATABASE_URL lacks a permission in the database: grant it.'),
  passing(/^42P01/, 'The database has no schema yet: run `filemill migrate up`.'),
  passing(/^42703/, 'The schema of the database is older than this version: run `filemill migrate up`.'),
  lasting(/^58/, 'PostgreSQL cannot use its files: look at its log and its disk.'),
  lasting(/^XX00[12]/, 'PostgreSQL has found damaged data: look at its log.'),
  passing(/^40/, 'PostgreSQL gave up on statements that were in conflict too often.'),
  passing(/^08/, 'The connection to PostgreSQL has failed.', elsewhere),
];

/** Failures without a SQLSTATE: the connection, or what comes before the first answer. */
const connections: readonly FaultEntry[] = [
  lasting(/SASL: .*password must be a string/, 'PostgreSQL asks for a password: put it into FILEMILL_DATABASE_URL.'),
  lasting(/does not support SSL/, 'PostgreSQL offers no TLS, which FILEMILL_DATABASE_URL asks for.'),
  lasting(/certificate|CERT_/i, 'The certificate of PostgreSQL is not trusted: check FILEMILL_DATABASE_URL.'),
];

/** @returns undefined for an answer that tells of the statement, and so of a defect */
export function postgresFault(error: unknown): StoreFault | undefined {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  const words = `${code} ${message}`;
  if (error instanceof pg.DatabaseError) return findFault(answers, code, words);
  const why = /^E[A-Z]+$/.test(code) ? ` (${code})` : '';
  const away = { ...silent, sentence: `PostgreSQL does not answer${why}.` };
  return findFault(connections, code || 'REFUSED', words) ?? away;
}

/** What a statement would meet that gets no answer. */
export const silent: StoreFault = {
  code: 'AWAY',
  kind: 'passing',
  reconnect: true,
  sentence: 'PostgreSQL does not answer.',
};

/** What a write would meet. */
export const readOnly = findFault(answers, '25006', '25006') as StoreFault;
