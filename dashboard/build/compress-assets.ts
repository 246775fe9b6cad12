import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin, Rollup } from 'vite';

/** The dashboard's scripts may have so many bytes together, by gzip, which every client accepts. */
const scriptBudget = 120_000;

/** Writes each asset as gzip and brotli beside it, so that serving costs nothing, and holds the scripts to a budget. */
export function compressAssets(): Plugin {
  return {
    name: 'compress-assets',
    apply: 'build',
    writeBundle({ dir = '' }, bundle) {
      let scripts = 0;
      for (const file of Object.values(bundle).filter(({ fileName }) => /\.(js|css|svg)$/.test(fileName))) {
        const bytes = bytesOf(file);
        const gzip = gzipSync(bytes, { level: 9 });
        const brotli = brotliCompressSync(bytes, { params: brotliParams(bytes) });
        writeFileSync(join(dir, `${file.fileName}.gz`), gzip);
        writeFileSync(join(dir, `${file.fileName}.br`), brotli);
        if (file.type === 'chunk' && file.name !== 'docs') scripts += gzip.length;
        this.info(`${file.fileName}: ${bytes.length} bytes, gzip ${gzip.length}, brotli ${brotli.length}`);
      }
      this.info(`all scripts: gzip ${scripts} of ${scriptBudget} bytes`);
      if (scripts > scriptBudget)
        this.error(`The scripts have ${scripts} bytes compressed, more than ${scriptBudget}.`);
    },
  };
}

/** The best quality takes seconds for the megabytes of the explorer. */
function brotliParams({ length }: Buffer) {
  const quality = length > 1_000_000 ? 9 : constants.BROTLI_MAX_QUALITY;
  return { [constants.BROTLI_PARAM_SIZE_HINT]: length, [constants.BROTLI_PARAM_QUALITY]: quality };
}

function bytesOf(file: Rollup.OutputAsset | Rollup.OutputChunk): Buffer {
  return Buffer.from(file.type === 'chunk' ? file.code : file.source);
}
