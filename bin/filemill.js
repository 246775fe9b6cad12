#!/usr/bin/env -S node --max-semi-space-size=8 --heap-growing-percent=70 --no-parallel-scavenge
// Plain JavaScript that any Node can read: finds the Node 26 that the program needs, then hands over. The options of the
// first line keep the memory of long uploads down: docs/adr/0017-how-node-runs-a-service.md.
import { spawn } from 'node:child_process';
import module from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';

const wantedMajor = 26;

if (Number(process.versions.node.split('.')[0]) >= wantedMajor) {
  module.enableCompileCache?.();
  await import('#cli/main.ts');
} else {
  runWithNodeFromNpm(findNodeFromNpm());
}

/** npm installs it beside this package or above it, by platform and processor. */
function findNodeFromNpm() {
  try {
    const require = module.createRequire(import.meta.url);
    return join(dirname(require.resolve(`node-${process.platform}-${process.arch}/package.json`)), 'bin', 'node');
  } catch {
    refuse('none came along with it');
  }
}

function runWithNodeFromNpm(node) {
  const child = spawn(node, [...process.execArgv, ...process.argv.slice(1)], { stdio: 'inherit' });
  // A terminal's Ctrl-C reaches the child by itself; what another process sends has to be passed on.
  process.on('SIGINT', () => undefined);
  for (const name of ['SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name));
  child.on('error', (error) => refuse(`the one from npm cannot be started (${error.message})`));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

function refuse(why) {
  const isInstalled = /[\\/]node_modules[\\/]/.test(import.meta.url);
  console.error(`filemill needs Node ${wantedMajor}; this is ${process.version}, and ${why}.`);
  console.error(
    isInstalled
      ? `  → Install Node ${wantedMajor} (https://nodejs.org), or install filemill again with --include=optional: on Linux with glibc, x64 or arm64, that brings Node ${wantedMajor} along.`
      : '  → Run `npm ci` in the project folder: it brings Node 26 along. Then run this again.',
  );
  process.exit(1);
}
