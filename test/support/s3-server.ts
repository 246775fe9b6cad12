import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from './free-port.ts';

/** The real servers that tests run against: Ceph's Object Gateway, and the S3 layer of OpenStack Swift. */
export const s3Kinds = ['ceph', 'swift'] as const;
export type S3Kind = (typeof s3Kinds)[number];

/** How a server is reached. */
export interface S3Access {
  /** Such as `http://127.0.0.1:9000`, which takes path-style addresses alone. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** It exists. */
  readonly bucket: string;
  /** Name and version. */
  readonly server: string;
}

export interface S3Server extends S3Access, AsyncDisposable {
  readonly kind: S3Kind;
  /** Holds `pid/NAME` with the process id of each part; the one that clients talk to is `radosgw` or `proxy`. */
  readonly folder: string;
  /** Starts whichever parts a test has killed. */
  revive(): Promise<void>;
}

const run = promisify(execFile);
/** Fetching the server of the first start included. */
const startWithinMs = 900_000;
/** The server and the parts behind it, which follow its port. */
const portsOfServer = 21;

/**
 * Starts an empty server on loopback by the script that the environment names (`FILEMILL_TEST_S3_CEPH`,
 * `FILEMILL_TEST_S3_SWIFT`): `SCRIPT start FOLDER PORT` prints `S3_…='…'` lines, and `SCRIPT stop FOLDER` ends it.
 */
export async function startS3Server(kind: S3Kind): Promise<S3Server> {
  const script = scriptOf(kind);
  await using opening = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), `fm-${kind}-`));
  opening.defer(() => rm(folder, { recursive: true, force: true }));
  const port = await freePorts(portsOfServer);
  const start = async () => (await run(script, ['start', folder, String(port)], { timeout: startWithinMs })).stdout;
  opening.defer(async () => void (await run(script, ['stop', folder])));
  const access = accessIn(await start());
  const resources = opening.move();
  return {
    ...access,
    kind,
    folder,
    revive: async () => void (await start()),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** The servers that `npm run test:s3` has started for all of its tests, by kind. */
export function sharedS3Servers(): Readonly<Record<S3Kind, S3Access>> {
  const servers = process.env[sharedServersVariable];
  if (servers === undefined) throw new Error('These tests need S3 servers: start them by `npm run test:s3 -- FILE`.');
  return JSON.parse(servers);
}

export const sharedServersVariable = 'FILEMILL_TEST_S3_SERVERS';

/** The environment from which a service takes its credentials. */
export function s3Credentials({ accessKey, secretKey }: S3Access): Record<string, string> {
  return { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey };
}

function scriptOf(kind: S3Kind): string {
  const variable = `FILEMILL_TEST_S3_${kind.toUpperCase()}`;
  const script = process.env[variable];
  if (script === undefined || script === '')
    throw new Error(
      `No ${kind} server to test with. Set ${variable} to a script that starts one: "SCRIPT start FOLDER PORT" prints S3_ENDPOINT='http://127.0.0.1:PORT' and likewise S3_REGION, S3_ACCESS_KEY, S3_SECRET_KEY, S3_BUCKET and S3_SERVER; "SCRIPT stop FOLDER" ends it (CONTRIBUTING.md).`,
    );
  return resolve(script);
}

function accessIn(printed: string): S3Access {
  const value = (name: string): string => {
    const [, found] = new RegExp(`^${name}='(.*)'$`, 'm').exec(printed) ?? [];
    if (found === undefined) throw new Error(`The script of the S3 server did not print ${name}.`);
    return found;
  };
  return {
    endpoint: value('S3_ENDPOINT'),
    region: value('S3_REGION'),
    accessKey: value('S3_ACCESS_KEY'),
    secretKey: value('S3_SECRET_KEY'),
    bucket: value('S3_BUCKET'),
    server: value('S3_SERVER'),
  };
}
