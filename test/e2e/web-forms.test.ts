import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { FileJson } from '#contract/schemas.ts';
import { type Cluster, httpServices, startCluster } from '../support/cluster.ts';

interface Answer {
  readonly reason?: string;
  readonly detail?: string;
  readonly files?: readonly {
    readonly filename: string;
    readonly id?: string;
    readonly problem?: { reason: string };
  }[];
}

describe('forms over HTTP', () => {
  let stack: Cluster;
  before(async () => {
    stack = await startCluster({ services: httpServices });
  });
  after(() => stack[Symbol.asyncDispose]());

  const post = async (body: NonNullable<RequestInit['body']>, headers: Record<string, string> = {}) => {
    const response = await fetch(`${stack.base}/api/v1/files`, { method: 'POST', body, headers });
    return { status: response.status, headers: response.headers, answer: (await response.json()) as Answer };
  };
  /** As bytes, a character for each. */
  const postRaw = (form: string, headers: Record<string, string> = {}) =>
    post(Buffer.from(form, 'latin1'), { 'content-type': 'multipart/form-data; boundary=b', ...headers });
  const outcomes = ({ files = [] }: Answer) => files.map(({ filename, problem }) => [filename, problem?.reason]);
  const namesKept = async (): Promise<string[]> => {
    const response = await fetch(`${stack.base}/api/v1/files?page_size=1000`);
    return ((await response.json()) as { files: FileJson[] }).files.map(({ filename }) => filename);
  };

  it('keep files under the names that Node gives them', async () => {
    const names = ['a.txt', 'a b.txt', 'שלום.txt', '😀.txt', "it's.txt", 'a"b.txt', 'a;b=c.txt', '100%.txt'];
    const form = new FormData();
    for (const name of names) form.append('file', new File(['content'], name));
    const { status, answer } = await post(form);
    assert.equal(status, 201);
    assert.deepEqual(
      outcomes(answer),
      names.map((name) => [name, undefined]),
    );
    const kept = await namesKept();
    for (const name of names) assert.ok(kept.includes(name), name);
  });

  const refused: readonly [what: string, part: string, reason: string, shown: string][] = [
    ['a name that is not UTF-8', file('caf\xe9.txt'), 'NAME_INVALID', 'caf\ufffd.txt'],
    ['a path of Windows', file('C:\\dir\\a.txt'), 'NAME_INVALID', 'C:\\dir\\a.txt'],
    ['a name with a backslash at its end', file('a\\'), 'NAME_INVALID', 'a\\'],
    ['content without a name', file(''), 'NAME_INVALID', ''],
    ['a name with a line break', file('a%0Ab'), 'NAME_INVALID', 'a\nb'],
    ['Base64', file('a', 'Content-Transfer-Encoding: base64\r\n'), 'REQUEST_INVALID', 'a'],
    ['parts in a part', file('a', 'Content-Type: multipart/mixed; boundary=c\r\n'), 'REQUEST_INVALID', 'a'],
    ['an attachment', 'Content-Disposition: attachment; filename="a"\r\n\r\nx', 'REQUEST_INVALID', 'a'],
  ];
  for (const [what, part, reason, shown] of refused)
    it(`refuse ${what}, and nothing else beside it`, async () => {
      const alone = await postRaw(form(part), { 'user-agent': 'Mozilla/5.0' });
      assert.deepEqual([alone.status, alone.answer.reason], [400, reason]);
      assert.match(alone.headers.get('content-type') ?? '', /^application\/problem\+json/);
      assert.deepEqual(outcomes(alone.answer), [[shown, reason]]);
      const [before, behind] = [randomUUID(), randomUUID()];
      const among = await postRaw(form(file(before), part, file(behind)), { 'user-agent': 'Mozilla/5.0' });
      assert.equal(among.status, 207);
      assert.deepEqual(outcomes(among.answer), [
        [before, undefined],
        [shown, reason],
        [behind, undefined],
      ]);
      const kept = await namesKept();
      assert.ok(kept.includes(before) && kept.includes(behind) && !kept.includes(shown));
    });

  it('answer as many problems as they have files, with the status of the first', async () => {
    const { status, answer } = await postRaw(form(file('..'), file('a', 'Content-Encoding: gzip\r\n')));
    assert.equal(status, 400);
    assert.deepEqual(outcomes(answer), [
      ['..', 'NAME_INVALID'],
      ['a', 'REQUEST_INVALID'],
    ]);
  });

  it('without a file are refused, and so is what is no form', async () => {
    const chosenNone = form(file('', 'Content-Type: application/octet-stream\r\n', ''), field('comment'));
    const cases: readonly [string, Record<string, string>, RegExp][] = [
      [chosenNone, {}, /holds no file/],
      [form(), {}, /holds no file/],
      ['', {}, /broke off/],
      ['{}', { 'content-type': 'application/json' }, /Send a form/],
      ['a=b', { 'content-type': 'application/x-www-form-urlencoded' }, /Send a form/],
      [form(file('a')), { 'content-type': 'multipart/form-data' }, /names no boundary/],
      [form(file('a')), { 'content-encoding': 'gzip' }, /Content-Encoding gzip/],
    ];
    for (const [body, headers, why] of cases) {
      const { status, answer } = await postRaw(body, headers);
      assert.deepEqual([status, answer.reason], [400, 'REQUEST_INVALID']);
      assert.match(answer.detail ?? '', why);
    }
  });

  it('that break off tell what was kept, and keep nothing of the rest', async () => {
    const [whole, cut] = [randomUUID(), randomUUID()];
    const { status, answer } = await postRaw(`--b\r\n${file(whole)}\r\n--b\r\n${file(cut)}`);
    assert.equal(status, 207);
    assert.deepEqual(outcomes(answer), [
      [whole, undefined],
      [cut, 'REQUEST_INVALID'],
    ]);
    const between = await postRaw(`--b\r\n${file(randomUUID())}\r\n--b\r\nContent-Dis`);
    assert.deepEqual([between.status, outcomes(between.answer).at(-1)], [207, ['', 'REQUEST_INVALID']]);
    const kept = await namesKept();
    assert.ok(kept.includes(whole) && !kept.includes(cut));
  });

  it('take a thousand files, and say which came after them', async () => {
    const names = Array.from({ length: 1_002 }, (_, n) => `of-many-${n}`);
    const { status, answer } = await postRaw(form(...names.map((name) => file(name))));
    assert.equal(status, 207);
    assert.deepEqual(outcomes(answer).slice(999), [
      ['of-many-999', undefined],
      ['of-many-1000', 'REQUEST_INVALID'],
    ]);
    assert.match(JSON.stringify(answer.files?.at(-1)), /this file and those after it were not kept/);
  });

  it('go on behind a large file that is refused while it comes', { timeout: 60_000 }, async () => {
    const large = new File([randomBytes(16 * 1024 * 1024)], 'a/..');
    const body = new FormData();
    for (const one of [large, new File(['good'], 'good behind large')]) body.append('file', one);
    const { status, answer } = await post(body);
    assert.equal(status, 207);
    assert.deepEqual(outcomes(answer), [
      ['a/..', 'NAME_INVALID'],
      ['good behind large', undefined],
    ]);
  });
});

function form(...parts: readonly string[]): string {
  return `${parts.map((part) => `--b\r\n${part}\r\n`).join('')}--b--\r\n`;
}

function file(name: string, headers = '', content = 'content'): string {
  return `Content-Disposition: form-data; name="file"; filename="${name}"\r\n${headers}\r\n${content}`;
}

function field(name: string): string {
  return `Content-Disposition: form-data; name="${name}"\r\n\r\nvalue`;
}
