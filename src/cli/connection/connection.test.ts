import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { testFolder } from '#test/support/start-services.ts';
import type { GlobalOptions } from '../options.ts';
import { makeProgram } from '../program.ts';
import { connectionOf } from './connection.ts';
import { readContexts } from './context-file.ts';

describe('the way to a server', () => {
  const resources = new AsyncDisposableStack();
  let folder: string;
  let path: (name: string) => string;
  before(async () => {
    folder = resources.use(await testFolder()).path;
    path = (name) => join(folder, name);
    for (const name of ['option', 'prod', 'lab']) await writeFile(path(name), `${name}-token\n`, { mode: 0o600 });
    await config(`
current: lab
contexts:
  prod: { server: 'prod:1', token_file: ${path('prod')} }
  lab: { server: 'lab:1', token_file: ${path('lab')} }
  open: { server: 'open:1' }
`);
  });
  after(() => resources.disposeAsync());

  async function config(text: string): Promise<void> {
    await mkdir(path('filemill'), { recursive: true });
    await writeFile(path('filemill/config.yaml'), text);
  }

  const none = 'http://nobody.invalid';
  const connect = async (options: Partial<GlobalOptions>, env: NodeJS.ProcessEnv = {}) =>
    await connectionOf({ output: 'table', color: false, ...options, env: { XDG_CONFIG_HOME: folder, ...env } });

  const rows: readonly {
    readonly what: string;
    readonly options?: Partial<GlobalOptions>;
    readonly env?: NodeJS.ProcessEnv;
    readonly server: string;
    readonly token: string | undefined;
  }[] = [
    { what: 'the default', env: { XDG_CONFIG_HOME: none }, server: '127.0.0.1:50051', token: undefined },
    { what: 'the context in use', server: 'lab:1', token: 'lab-token' },
    { what: 'a context of the environment', env: { FILEMILL_CONTEXT: 'prod' }, server: 'prod:1', token: 'prod-token' },
    {
      what: 'a server of the environment, without the token of another',
      env: { FILEMILL_SERVER: 'env:1' },
      server: 'env:1',
      token: undefined,
    },
    {
      what: 'the server of the context, named by the environment too',
      env: { FILEMILL_SERVER: 'lab:1' },
      server: 'lab:1',
      token: 'lab-token',
    },
    { what: 'a token of the environment', env: { FILEMILL_TOKEN: 'env' }, server: 'lab:1', token: 'env' },
    {
      what: 'a context of the command line, over the environment',
      options: { context: 'prod' },
      env: { FILEMILL_SERVER: 'env:1', FILEMILL_TOKEN: 'env', FILEMILL_CONTEXT: 'lab' },
      server: 'prod:1',
      token: 'prod-token',
    },
    {
      what: 'a context of the command line that has no token',
      options: { context: 'open' },
      env: { FILEMILL_TOKEN: 'env' },
      server: 'open:1',
      token: 'env',
    },
    {
      what: 'a server of the command line, without the token of another',
      options: { server: 'option:1' },
      env: { FILEMILL_SERVER: 'env:1' },
      server: 'option:1',
      token: undefined,
    },
  ];
  for (const { what, options = {}, env, server, token } of rows)
    it(`is ${what}`, async () => {
      const found = await connect(options, env);
      assert.equal(found.server, server);
      assert.equal(found.authorization, token && `Bearer ${token}`);
    });

  it('takes a token of the command line over all', async () => {
    const found = await connect({ tokenFile: path('option') }, { FILEMILL_TOKEN: 'env' });
    assert.equal(found.authorization, 'Bearer option-token');
  });

  it('refuses what it cannot use, and says where it is from', async () => {
    await writeFile(path('shared'), 'x');
    await chmod(path('shared'), 0o644);
    const wrong: readonly [() => Promise<unknown>, RegExp][] = [
      [() => connect({ context: 'prd' }), /There is no context "prd" in .*config\.yaml/],
      [() => connect({}, { FILEMILL_SERVER: 'localhost' }), /^FILEMILL_SERVER cannot be "localhost"/],
      [() => connect({ tokenFile: path('shared') }), /every user of this machine can use the token in .*mode is 644/],
      [() => connect({ tokenFile: path('absent') }), /--token-file: .*absent cannot be read: there is no such file/],
      [() => connect({}, { FILEMILL_TLS_CA: path('absent') }), /^FILEMILL_TLS_CA: .*absent cannot be read/],
    ];
    for (const [run, says] of wrong) await assert.rejects(run(), { message: says });
    const contents: readonly [yaml: string, says: RegExp][] = [
      ['contexts: [', /config\.yaml is not valid YAML/],
      ['contexts: { a: {} }', /config\.yaml: contexts\.a\.server: /],
      ['contexts: { a: { server: localhost } }\ncurrent: a', /^The server of context a cannot be "localhost"/],
      [
        "contexts: { a: { server: 'a:1', tls_ca: /absent } }\ncurrent: a",
        /^context a, tls_ca: \/absent cannot be read/,
      ],
      ["contexts: { a: { server: 'a:1', token: x } }", /contexts\.a: .*token/],
    ];
    for (const [yaml, says] of contents) {
      await config(yaml);
      await assert.rejects(connect({}), { message: says });
    }
  });

  it('is written privately, by the commands, and comments stay', async () => {
    const env = { XDG_CONFIG_HOME: path('fresh') };
    const file = path('fresh/filemill/config.yaml');
    const run = async (line: string) =>
      await (await makeProgram(env)).parseAsync(`-q ${line}`.split(' '), { from: 'user' });
    await run(`context add prod https://prod --token-file ${path('prod')}`);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    await writeFile(file, `# mine\n${await readFile(file, 'utf8')}`);
    await run('context add lab --server lab:1');
    const both = await readContexts(env);
    assert.deepEqual([both.current, ...both.known.keys()], ['prod', 'prod', 'lab']);
    assert.deepEqual(both.known.get('prod'), { server: 'https://prod:443', token_file: path('prod') });
    await run('context use lab');
    await run('context remove prod');
    const { current, known } = await readContexts(env);
    assert.deepEqual([current, [...known]], ['lab', [['lab', { server: 'lab:1' }]]]);
    assert.match(await readFile(file, 'utf8'), /^# mine\n/);
    await assert.rejects(run('context use prod'), /There is no context "prod"/);
  });
});
