#!/usr/bin/env -S node --max-semi-space-size=8 --heap-growing-percent=70 --no-parallel-scavenge
// Plain JavaScript that any Node can read: finds the Node 26 that the program needs, then hands over. The options of the
// first line keep the memory of long uploads down: docs/adr/0017-how-node-runs-a-service.md.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const wantedMajor = 26;

if (Number(process.versions.node.split('.')[0]) >= wantedMajor) {
  module.enableCompileCache?.();
  await import('../src/cli/main.ts');
} else {
  runWithProjectNode();
}

function runWithProjectNode() {
  const node = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
  if (!existsSync(node)) {
    console.error(
      `filemill needs Node ${wantedMajor}; this is ${process.version}, and the project's own is not installed.`,
    );
    console.error('Run `npm ci` in the project folder: it brings Node 26 along. Then run this again.');
    process.exit(1);
  }
  const child = spawn(node, [...process.execArgv, ...process.argv.slice(1)], { stdio: 'inherit' });
  // A terminal's Ctrl-C reaches the child by itself; what another process sends has to be passed on.
  process.on('SIGINT', () => undefined);
  for (const name of ['SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name));
  child.on('error', (error) => {
    console.error(`${node} cannot be started: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}
