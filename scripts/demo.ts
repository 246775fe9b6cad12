import { cp, mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { castOf, joined, record } from './support/demo/recording.ts';
import { screensOf } from './support/demo/screens.ts';
import { animatedSvg } from './support/demo/svg.ts';

/**
 * `npm run demo`: records the real program on a terminal of its own, in a folder of its own, and writes docs/demo/filemill.cast
 * (asciinema) and docs/demo/filemill.svg, which plays by itself.
 */
const root = join(import.meta.dirname, '..');
const program = join(root, 'bin', 'filemill.js');
const title = 'Filemill on a terminal: it starts, analyses the samples, and shows what was found';

await using folder = await mkdtempDisposable(join(tmpdir(), 'filemill-demo-'));
await cp(join(root, 'testdata'), join(folder.path, 'testdata'), { recursive: true });
const env = { PATH: process.env.PATH, HOME: folder.path, LANG: 'C.UTF-8', TERM: 'xterm-256color' };
const step = (words: string) => ({
  typed: `npx filemill ${words}`,
  command: `${process.execPath} ${program} ${words}`,
  env,
  folder: folder.path,
});

const up = await record({ ...step('up testdata'), isEnough: (printed) => printed.includes('psql "') });
const asked = [
  await record({ ...step('list --type text/html'), remark: 'in another terminal' }),
  await record(step('stats')),
];
await up.stop();
const recording = joined(
  [up, ...asked].map(({ events }) => events),
  1.5,
);
await writeFile(join(root, 'docs', 'demo', 'filemill.cast'), castOf(recording, title));
await writeFile(join(root, 'docs', 'demo', 'filemill.svg'), animatedSvg(await screensOf(recording), title));
