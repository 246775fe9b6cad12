import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Plugin } from 'vite';

const { resolve } = createRequire(import.meta.url);

/** Puts the licences of Swagger UI, and of what it is bundled with, beside its script: they go wherever it goes. */
export function explorerLicences(): Plugin {
  const texts = ['LICENSE', 'NOTICE', 'swagger-ui-bundle.js.LICENSE.txt'];
  return {
    name: 'explorer-licences',
    apply: 'build',
    generateBundle() {
      const source = texts.map((name) => readFileSync(resolve(`swagger-ui-dist/${name}`), 'utf8')).join('\n\n');
      this.emitFile({ type: 'asset', fileName: 'swagger-ui-licences.txt', source });
    },
  };
}
