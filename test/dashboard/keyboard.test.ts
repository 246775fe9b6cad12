import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Locator } from 'playwright-core';
import { Dashboard, row } from './support/dashboard.ts';

/** More stops than any of these pages has before what is looked for. */
const mostStops = 60;

describe('by keyboard alone', () => {
  let dashboard: Dashboard;
  before(async () => {
    dashboard = await Dashboard.start();
    for (const name of ['keep-me.txt', 'remove-me.txt']) await dashboard.upload(name, name);
  });
  after(() => dashboard[Symbol.asyncDispose]());

  it('a file is looked for, selected, and deleted after a question', async () => {
    const page = await dashboard.open('');
    const { keyboard } = page;
    await keyboard.press('Tab');
    assert.equal(await focusedText(), 'Skip to content');
    await tabTo(page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Files' }));
    await keyboard.press('Enter');
    await row(page, 'keep-me.txt').waitFor();
    assert.equal(await focusedText(), 'Files', 'the title of a new page has the focus, so that it is read out');

    await tabTo(page.getByLabel('Search'));
    await keyboard.type('remove');
    await row(page, 'keep-me.txt').waitFor({ state: 'detached' });
    await tabTo(page.getByLabel('Select remove-me.txt'));
    await keyboard.press('Space');
    await keyboard.press('Shift+Tab');
    const deletion = page.getByRole('button', { name: 'Delete…' });
    await tabTo(deletion, 'Shift+Tab');
    await keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await keyboard.press('Escape');
    // Not by its role: what is hidden has none, and the page hears of its closing a moment later.
    await page.locator('dialog').waitFor({ state: 'detached' });
    assert.equal(await focusedText(), 'Delete…', 'the focus is back where it was');

    await keyboard.press('Enter');
    await tabTo(page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }));
    await keyboard.press('Enter');
    await page.getByText('No file matches').waitFor();
    await page.context().close();

    async function focusedText(): Promise<string> {
      return String(await page.evaluate('document.activeElement.textContent'));
    }
    async function tabTo(wanted: Locator, key = 'Tab'): Promise<void> {
      await wanted.waitFor();
      for (let stop = 0; stop < mostStops; stop++) {
        if (await wanted.and(page.locator(':focus')).count()) return;
        await keyboard.press(key);
      }
      assert.fail(`${wanted} is not reached`);
    }
  });

  it('gave the browser nothing to complain of', () => assert.deepEqual(dashboard.complaints, []));
});
