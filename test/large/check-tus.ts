/** Sends one large file by tus over a link that breaks: see README.md. */
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FileJson } from '#contract/schemas.ts';
import { uploadWithCuts } from '../support/upload-with-cuts.ts';

const size = Number(process.argv[2] ?? 2) * 2 ** 30;
const cuts = Number(process.argv[3] ?? 5);
const base = process.env.FILEMILL_WEB ?? 'http://127.0.0.1:8080';

const path = join(tmpdir(), `filemill-tus-${process.pid}.bin`);
try {
  const startedAt = performance.now();
  const { sha256, fileId, cuts: met, sent } = await uploadWithCuts(base, path, { size, cuts });
  const seconds = (performance.now() - startedAt) / 1_000;
  console.log(`${size} bytes kept after ${seconds.toFixed(1)} s, the making of the file included`);
  console.log(`${met} cuts; ${((sent / size - 1) * 100).toFixed(2)} % of the bytes were sent twice, or were headers`);
  const file = await ended(fileId);
  const intact = met === cuts && file.size === size && file.sha256 === sha256;
  console.log(`${intact ? '✔' : '✖'} ${file.status}: ${file.size} bytes, SHA-256 ${file.sha256}, sent as ${sha256}`);
  process.exitCode = intact ? 0 : 1;
} finally {
  await rm(path, { force: true });
}

async function ended(id: string): Promise<FileJson> {
  for (;;) {
    const file = (await (await fetch(`${base}/api/v1/files/${id}`)).json()) as FileJson;
    if (file.status === 'COMPLETED' || file.status === 'FAILED') return file;
    await delay(500);
  }
}
