import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, describe, it, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { eventually } from '#test/support/eventually.ts';
import { testFolder } from '#test/support/start-services.ts';
import { parseLine, ServiceLog } from './service-log.ts';

test('a log record becomes its message and facts', () => {
  const line =
    '{"level":"warn","time":"t","service":"worker","pid":7,"file":"a b","err":{"message":"gone"},"n":2,"msg":"lease lost"}';
  assert.deepEqual(parseLine(line), { level: 'warn', isRecovery: false, text: 'lease lost  file=a b  err=gone  n=2' });
});

test('what is no log record is passed on as it is', () => {
  assert.deepEqual(parseLine('    at main.ts:3'), { level: 'raw', isRecovery: false, text: '    at main.ts:3' });
  assert.deepEqual(parseLine('17'), { level: 'raw', isRecovery: false, text: '17' });
});

test('the end of trouble is told apart', () => {
  const { isRecovery, text } = parseLine('{"level":"info","recovered":true,"msg":"Redis serves again"}');
  assert.deepEqual([isRecovery, text], [true, 'Redis serves again']);
  assert.equal(parseLine(JSON.stringify({ level: 'info', name: '"recovered":true' })).isRecovery, false);
});

test('what users send cannot steer the terminal', () => {
  assert.equal(parseLine('{"level":"info","msg":"\\u001b[2Jname\\r\\nforged"}').text, ' [2Jname forged');
});

describe('The log file of a service', () => {
  const resources = new AsyncDisposableStack();
  after(() => resources.disposeAsync());
  const logOf = async (chunks: readonly (string | Buffer)[], largest?: number) => {
    const { path: folder } = resources.use(await testFolder());
    const path = join(folder, 'web.log');
    const shown: string[] = [];
    const log = new ServiceLog(path, ({ level, text }) => shown.push(`${level} ${text}`), largest);
    const stream = Readable.from(chunks, { objectMode: false });
    log.read(stream);
    await once(stream, 'end');
    log.close();
    const read = (name: string) => readFile(name, 'utf8').catch(() => undefined);
    return { shown, log, files: () => Promise.all(['', '.1', '.2', '.3'].map((end) => read(path + end))) };
  };

  it('has whole lines, however they come', async () => {
    const bytes = Buffer.from('{"level":"info","msg":"ä"}\n{"level":"warn","msg":"b"}\nno end');
    const cut = Array.from(bytes, (_, n) => bytes.subarray(n, n + 1));
    const { shown, files } = await logOf(cut);
    assert.deepEqual(shown, ['info ä', 'warn b', 'raw no end']);
    await eventually('all is written', async () => (await files())[0] === `${bytes}\n`);
  });

  it('is rotated while the service runs, and two old ones are kept', async () => {
    const chunks = Array.from({ length: 8 }, (_, n) => `${n}${'.'.repeat(98)}\n`);
    const { files } = await logOf(chunks, 150);
    const firsts = async () => (await files()).map((text) => text?.match(/\d/g)?.join('') ?? text);
    await eventually('the last two and those before are there', async () =>
      isDeepStrictEqual(await firsts(), ['', '67', '45', undefined]),
    );
  });

  it('ends with what explains a failed start', async () => {
    const { log } = await logOf(Array.from({ length: 30 }, (_, n) => `line ${n}\n`));
    assert.match(log.tail(), /^line 10\nline 11\n(.*\n)+line 29$/);
  });
});
