import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const layoutFaults = await readFile(new URL('layout-faults.js', import.meta.url), 'utf8');

/** What does not fit the window, in words. */
export async function layoutFaultsOf(page: Page): Promise<string[]> {
  return (await page.evaluate(layoutFaults)) as string[];
}

/** What axe-core finds, in words. */
export async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  // It looks at the size of targets only when told to.
  const options = { rules: { 'target-size': { enabled: true } } };
  const { violations, passes, incomplete } = (await page.evaluate(`axe.run(${JSON.stringify(options)})`)) as AxeResults;
  // Beside the backdrop of a dialog, it cannot always tell.
  const judged = (await page.locator('dialog[open]').count()) > 0 ? [...passes, ...incomplete] : passes;
  assert.ok(judged.some(({ id }) => id === 'color-contrast'));
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`));
}
