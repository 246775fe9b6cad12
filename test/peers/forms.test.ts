import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { FileJson } from '#contract/schemas.ts';
import { type Cluster, httpServices, startCluster } from '../support/cluster.ts';
import { testFolder } from '../support/start-services.ts';

const run = promisify(execFile);
const script = fileURLToPath(new URL('support/post-form.py', import.meta.url));

const names = ['a.txt', 'a b.txt', 'שלום.txt', '😀.txt', "it's.txt", 'a"b.txt', 'a;b=c.txt', '100%.txt', 'a%22b.txt'];

interface Client {
  /** What to run so that it posts the file `content` under this name. */
  readonly command: (url: string, content: string, name: string) => readonly [program: string, ...args: string[]];
  /** What names become that it writes as it writes others. */
  readonly ambiguous?: Readonly<Record<string, string>>;
}

/** In the grammar of curl's own option. */
const curlName = (name: string) => name.replace(/[\\"]/g, '\\$&');
const curl = (...options: string[]): Client['command'] => {
  return (url, content, name) => [
    'curl',
    ...['--silent', '--show-error', ...options],
    ...['--form', `file=@${content};filename="${curlName(name)}"`, url],
  ];
};
const python = (library: string): Client['command'] => {
  return (url, content, name) => ['/usr/bin/python3', script, library, url, content, name];
};
const quoteWins = { 'a%22b.txt': 'a"b.txt' };

const clients: Readonly<Record<string, Client>> = {
  curl: { command: curl(), ambiguous: { 'a"b.txt': 'a%22b.txt' } },
  'curl --form-escape': { command: curl('--form-escape') },
  requests: { command: python('requests'), ambiguous: quoteWins },
  httpx: { command: python('httpx'), ambiguous: quoteWins },
  aiohttp: { command: python('aiohttp') },
};

describe('forms of other programs', () => {
  const resources = new AsyncDisposableStack();
  let stack: Cluster;
  let content: string;
  before(async () => {
    stack = resources.use(await startCluster({ services: httpServices }));
    content = join(resources.use(await testFolder()).path, 'content');
    await writeFile(content, 'content');
  });
  after(() => resources.disposeAsync());

  for (const [client, { command, ambiguous = {} }] of Object.entries(clients))
    for (const name of names)
      it(`${client} uploads ${name}`, async () => {
        const [program, ...args] = command(`${stack.base}/api/v1/files`, content, name);
        const { stdout } = await run(program, args);
        const { files } = JSON.parse(stdout) as { files: readonly [{ readonly id: string }] };
        const file = (await (await fetch(`${stack.base}/api/v1/files/${files[0].id}`)).json()) as FileJson;
        assert.deepEqual([file.filename, file.size], [ambiguous[name] ?? name, 'content'.length]);
      });

  const refused: readonly [what: string, form: string[], reason: string][] = [
    ['Base64', ['file=@CONTENT;encoder=base64'], 'REQUEST_INVALID'],
    ['quoted-printable', ['file=@CONTENT;encoder=quoted-printable'], 'REQUEST_INVALID'],
    ['parts in a part', ['=(;type=multipart/mixed', 'file=@CONTENT', '=)'], 'REQUEST_INVALID'],
    ['a path of Windows', ['file=@CONTENT;filename="C:\\\\dir\\\\a.txt"'], 'NAME_INVALID'],
    ['a name with a line break', ['file=@CONTENT;filename="a\nb"'], 'NAME_INVALID'],
    ['no file', ['comment=<CONTENT'], 'REQUEST_INVALID'],
  ];
  for (const [what, form, reason] of refused)
    it(`curl is refused ${what}`, async () => {
      const parts = form.flatMap((part) => ['--form', part.replace('CONTENT', content)]);
      // As browsers call themselves, for what they escape.
      const { stdout } = await run('curl', [
        '--silent',
        '--user-agent',
        'Mozilla/5.0',
        ...parts,
        `${stack.base}/api/v1/files`,
      ]);
      assert.equal((JSON.parse(stdout) as { reason: string }).reason, reason);
    });
});
