import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { goTypes } from './clients/go.ts';
import { modelOf } from './clients/model.ts';
import { pythonTypes } from './clients/python.ts';
import { typescriptTypes } from './clients/typescript.ts';
import { servedOpenApi } from './support/served-openapi.ts';

/**
 * Makes the types of the clients from the OpenAPI document with `--write`; exits with 1 without it when they are out of
 * date.
 */
const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
const model = modelOf(
  await servedOpenApi(),
  ['File', 'FilesPage', 'Result', 'Output', 'ResultsPage', 'Receipt', 'Retried', 'Deleted'],
  { FilesFilter: '/api/v1/files', ResultsFilter: '/api/v1/results' },
);
const made = {
  'clients/typescript/src/api.ts': typescriptTypes(model),
  'clients/go/api.go': goTypes(model),
  'clients/python/src/filemill/api.py': pythonTypes(model),
};

for (const [name, text] of Object.entries(made)) {
  const path = join(import.meta.dirname, '..', name);
  if (values.write) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  } else if ((await readFile(path, 'utf8').catch(() => '')) !== text) {
    console.error(`${name} does not match the OpenAPI document. Run: npm run generate`);
    process.exitCode = 1;
  }
}
