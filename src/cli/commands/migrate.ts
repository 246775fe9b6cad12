import { Command } from 'commander';
import { z } from 'zod';
import { postgresFault } from '#adapters/postgres/database/faults.ts';
import { migrate, migrationStatus } from '#adapters/postgres/database/migrate.ts';
import { ConfigError, readSettings } from '#platform/config.ts';
import { CliError, exitCodes } from '../failure.ts';

export function migrateCommand(): Command {
  const command = new Command('migrate').description(
    'Bring the schema of FILEMILL_DATABASE_URL up to date. `filemill up` does so for its own database.',
  );
  command.command('up').description('apply the missing migrations').action(up);
  command.command('status').description('list the migrations; exits with 3 if any is missing').action(status);
  return command;
}

async function up(): Promise<void> {
  const applied = await reached(migrate(databaseUrl()));
  for (const name of applied) console.log(`✔ ${name}`);
  console.log(applied.length === 0 ? 'The schema is up to date.' : `${applied.length} applied.`);
}

async function status(): Promise<void> {
  const migrations = await reached(migrationStatus(databaseUrl()));
  for (const { name, applied } of migrations) console.log(`${applied ? '✔' : '✖'} ${name}`);
  if (migrations.every(({ applied }) => applied)) return;
  console.error('Run `filemill migrate up` to apply the missing ones.');
  process.exitCode = exitCodes.someFailed;
}

function databaseUrl(): string {
  try {
    return readSettings({ databaseUrl: z.string() }, process.env).databaseUrl;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(
      `${error.message}. Set it to the database, for example postgres://USER:PASSWORD@HOST/metadata_db`,
    );
  }
}

/** Reports a database that cannot be reached as unavailable, not as a defect of this program. */
async function reached<T>(work: Promise<T>): Promise<T> {
  return await work.catch((error: NodeJS.ErrnoException) => {
    const fault = postgresFault(error.cause instanceof Error ? error.cause : error);
    if (fault !== undefined && fault.code !== 'AWAY') throw new CliError(exitCodes.unavailable, fault.sentence);
    const message = error.message || String(error.code);
    if (!/^E[A-Z]+$|^57P0/.test(error.code ?? '') && !/timeout/.test(message)) throw error;
    const action = 'Check that PostgreSQL is running and that FILEMILL_DATABASE_URL is right.';
    throw new CliError(exitCodes.unavailable, `The database is not reachable: ${message}`, action);
  });
}
