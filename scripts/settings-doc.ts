import { glob, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { settingName } from '#platform/config.ts';
import { knownSettings } from '#platform/known-settings.ts';
import { metadataSettings } from '../src/services/metadata/config.ts';
import { migrateSettings } from '../src/services/metadata/migrate-config.ts';
import { resultSettings } from '../src/services/result/config.ts';
import { uploadSettings } from '../src/services/upload/config.ts';
import { webSettings } from '../src/services/web/config.ts';
import { workerSettings } from '../src/services/worker/config.ts';
import { generatedPage } from './support/generated-page.ts';
import { markdownTable } from './support/markdown-table.ts';

/** Makes docs/reference/settings.md of the settings of all services and the comments on them, as errors-doc.ts makes docs/errors.md. */
const services: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>> = {
  upload: uploadSettings,
  metadata: metadataSettings,
  worker: workerSettings,
  result: resultSettings,
  web: webSettings,
  migrate: migrateSettings,
};

/** Defaults that depend on the machine. */
const ofTheMachine: Readonly<Record<string, string>> = {
  workerName: 'host and process',
  workerThreads: 'cores',
  dashboardDir: '`dashboard/dist`',
  guideDir: '`docs-site/dist`',
};

/** For tests, and refused without FILEMILL_ALLOW_FAILPOINTS. */
const forTests: readonly string[] = ['allowFailpoints', 'analysisRegistry', 'failpoints'];

const keys = [...new Set(Object.values(services).flatMap(Object.keys))].filter((key) => !forTests.includes(key)).sort();
const comments = await readComments();
await generatedPage('reference/settings.md', page());

function page(): string {
  const rows = keys.map((key) => [
    `\`${settingName(key)}\``,
    servicesOf(key),
    defaultsOf(key),
    comments.get(key) ?? '',
  ]);
  const named = new Set([...keys, ...forTests].map(settingName));
  const others = knownSettings.filter((name) => !named.has(name));
  return `<!-- Made from src/services/*/config.ts by \`npm run generate\`. Do not edit. -->

# Every setting

All variables that the services read, with their defaults. [Settings](../settings.md) explains those that people change. Any of them may be
given as \`NAME_FILE\`, the path of a file that holds the value.

${markdownTable(['variable', 'services', 'default', ''], rows)}

Not of a service, but of the command line, of \`compose.yaml\` or of tests: ${others.map((name) => `\`${name}\``).join(', ')}.
`;
}

function servicesOf(key: string): string {
  const own = Object.entries(services).filter(([, settings]) => key in settings);
  return own.length >= 5 ? 'all' : own.map(([name]) => name).join(', ');
}

/** Services may have defaults of their own. */
function defaultsOf(key: string): string {
  const schemas = Object.values(services).flatMap((settings) => settings[key] ?? []);
  return ofTheMachine[key] ?? [...new Set(schemas.map(defaultOf))].join(', ');
}

function defaultOf(schema: z.ZodType): string {
  const { default: value } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  if (value !== undefined) return value === '' ? 'empty' : `\`${value}\``;
  return schema.safeParse(undefined).success ? 'unset' : 'required';
}

/** The comment before each setting: a key on a line of its own that begins with its schema. */
async function readComments(): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const path of glob('src/{services/*,services/*/*,platform,platform/*,adapters/*,adapters/*/*}/*.ts')) {
    const text = await readFile(path, 'utf8');
    for (const [, comment = '', key = ''] of text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s+(\w+)[:,]/g))
      if (keys.includes(key) && !found.has(key)) found.set(key, comment.replace(/\s*\n\s*\* ?/g, ' ').trim());
  }
  return found;
}
