import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

/** The built dashboard, held in memory: it is small, and no other file can be requested. */
export interface BuiltDashboard {
  /** Refers to its assets as `./assets/…`. */
  readonly page: string;
  /** The explorer of the API, likewise; builds of earlier versions have none. */
  readonly explorer: string | undefined;
  readonly assets: ReadonlyMap<string, Asset>;
}

export interface Asset {
  readonly type: string;
  readonly body: Buffer;
  readonly coded: ReadonlyMap<Coding, Buffer>;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.cast': 'text/plain; charset=utf-8',
};

const suffixes: Readonly<Record<Coding, string>> = { br: '.br', gzip: '.gz' };

/** Answers undefined when nothing is built. @throws Error for an unreadable folder */
export function readDashboard(folder: string): BuiltDashboard | undefined {
  try {
    const page = readFileSync(join(folder, 'index.html'), 'utf8');
    const explorer = join(folder, 'docs.html');
    return {
      page,
      explorer: existsSync(explorer) ? readFileSync(explorer, 'utf8') : undefined,
      assets: readAssets(join(folder, 'assets')),
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** All files of a folder and of those in it, by their paths. @throws Error for an unreadable folder */
export function readAssets(folder: string): ReadonlyMap<string, Asset> {
  const names = new Set(readdirSync(folder, { recursive: true, encoding: 'utf8' }));
  const served = [...names].filter((name) => extname(name) in types);
  return new Map(served.map((name) => [name, readAsset(folder, name, names)]));
}

function readAsset(folder: string, name: string, names: ReadonlySet<string>): Asset {
  const file = (suffix: string) => readFileSync(join(folder, name + suffix));
  const made = codings.filter((coding) => names.has(name + suffixes[coding]));
  return {
    type: types[extname(name)] as string,
    body: file(''),
    coded: new Map(made.map((coding) => [coding, file(suffixes[coding])])),
  };
}

/** In order of preference. */
const codings = ['br', 'gzip'] as const;
type Coding = (typeof codings)[number];

/** The preferred offered coding that `Accept-Encoding` allows (RFC 9110, section 12.5.3); undefined for none. */
export function chooseCoding(accepted: string | undefined, offered: (coding: Coding) => boolean): Coding | undefined {
  const weights = new Map<string, number>();
  for (const member of (accepted ?? '').toLowerCase().split(',')) {
    const [name = '', ...parameters] = member.split(';').map((part) => part.trim());
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    weights.set(name, weight === undefined ? 1 : Number(weight));
  }
  return codings.find((coding) => offered(coding) && (weights.get(coding) ?? weights.get('*') ?? 0) > 0);
}
