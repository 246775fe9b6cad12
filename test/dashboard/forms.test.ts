import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import type { FileJson } from '#contract/schemas.ts';
import { testFolder } from '../support/start-services.ts';
import { Dashboard } from './support/dashboard.ts';

const names = ['a.txt', 'a b.txt', 'שלום.txt', '😀.txt', "it's.txt", 'a"b.txt', 'a;b=c.txt', '100%.txt'];

describe('forms of a browser', () => {
  const resources = new AsyncDisposableStack();
  let dashboard: Dashboard;
  let folder: string;
  before(async () => {
    dashboard = resources.use(await Dashboard.start());
    folder = join(resources.use(await testFolder()).path, 'folder');
    await mkdir(folder);
    for (const name of names) await writeFile(join(folder, name), 'content');
  });
  after(() => resources.disposeAsync());

  /** Sends a form as a page of this server would, of which it has none. */
  const submit = async (form: string, fill: (page: Page) => Promise<void>) => {
    const page = await dashboard.open('upload');
    const address = `${dashboard.stack.base}/form.html`;
    const body = `<!DOCTYPE html><meta charset="utf-8">${form}`;
    await page.route(address, (route) => route.fulfill({ contentType: 'text/html', body }));
    await page.goto(address);
    await fill(page);
    const answered = page.waitForResponse(`${dashboard.stack.base}/api/v1/files`);
    await page.getByRole('button', { name: 'Send' }).click();
    const response = await answered;
    const answer = (await response.json()) as { reason?: string; files?: { filename: string; id: string }[] };
    await page.context().close();
    return { status: response.status(), answer };
  };
  const formOf = (fields: string, attributes = '') =>
    `<form method="post" action="/api/v1/files" enctype="multipart/form-data" ${attributes}>${fields}<button>Send</button></form>`;
  const keptAs = async (id: string) => {
    const { filename, path } = (await (await fetch(`${dashboard.stack.base}/api/v1/files/${id}`)).json()) as FileJson;
    return [filename, path];
  };

  it('keep their files under their names, and take an input in which none was chosen for no file', async () => {
    const form = formOf(
      '<input name="comment" value="hello"><input type="file" name="none"><input type="file" id="files" name="files" multiple>',
    );
    const { status, answer } = await submit(form, (page) =>
      page.locator('#files').setInputFiles(names.map((name) => join(folder, name))),
    );
    assert.equal(status, 201);
    assert.deepEqual(
      await Promise.all((answer.files ?? []).map(({ id }) => keptAs(id))),
      names.map((name) => [name, '']),
    );
  });

  it('keep the files of a folder with their paths', async () => {
    const form = formOf('<input type="file" name="files" webkitdirectory>');
    const { status, answer } = await submit(form, (page) => page.locator('[type=file]').setInputFiles(folder));
    assert.equal(status, 201);
    const kept = await Promise.all((answer.files ?? []).map(({ id }) => keptAs(id)));
    assert.deepEqual(kept.sort(), names.map((name) => [name, `folder/${name}`]).sort());
  });

  it('may be of another charset that they name', async () => {
    const form = formOf(
      '<input type="hidden" name="_charset_"><input type="file" name="file">',
      'accept-charset="windows-1255"',
    );
    const { status, answer } = await submit(form, (page) =>
      page.locator('[type=file]').setInputFiles(join(folder, 'שלום.txt')),
    );
    assert.deepEqual([status, answer.files?.[0]?.filename], [201, 'שלום.txt']);
  });

  it('of another charset that they do not name are refused', async () => {
    const form = formOf('<input type="file" name="file">', 'accept-charset="windows-1255"');
    const { status, answer } = await submit(form, (page) =>
      page.locator('[type=file]').setInputFiles(join(folder, 'שלום.txt')),
    );
    assert.deepEqual([status, answer.reason], [400, 'NAME_INVALID']);
  });

  it('in which no file was chosen hold none', async () => {
    const { status, answer } = await submit(formOf('<input type="file" name="file">'), async () => undefined);
    assert.deepEqual([status, answer.reason], [400, 'REQUEST_INVALID']);
  });

  it('of a script keep the names that the script gives', async () => {
    const page = await dashboard.open('upload');
    const answer = await page.evaluate(async (given) => {
      const form = new FormData();
      for (const name of given) form.append('file', new File(['content'], name));
      form.append('file', new Blob(['content']));
      const response = await fetch('/api/v1/files', { method: 'POST', body: form });
      return (await response.json()) as { files: { filename: string }[] };
    }, names);
    assert.deepEqual(
      answer.files.map(({ filename }) => filename),
      [...names, 'blob'],
    );
    await page.context().close();
  });
});
