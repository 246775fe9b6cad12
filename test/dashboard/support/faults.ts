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

/** The widths of a small telephone, a tablet and a laptop. */
const widths = [360, 768, 1_440] as const;

/**
 * Looks at a page at each width, by day and by night.
 *
 * @param look is called with each of them, such as `360-dark`, once no fault was found there
 */
export async function looksWell(page: Page, look?: (window: string) => Promise<unknown>): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of widths) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 844 });
      const violations = await violationsOf(page, colorScheme === 'light' ? 'all' : 'colours');
      assert.deepEqual(
        [...(await layoutFaultsOf(page)), ...violations],
        [],
        `${page.url()}, ${width} px, ${colorScheme}`,
      );
      await look?.(`${width}-${colorScheme}`);
    }
}

/**
 * What axe-core finds, in words.
 *
 * @param rules 'colours' where nothing but the theme differs from what all rules were held to
 */
async function violationsOf(page: Page, rules: 'all' | 'colours' = 'all'): Promise<string[]> {
  if (!(await page.evaluate(`'axe' in globalThis`))) await page.evaluate(axe);
  const { violations, passes, incomplete } = (await page.evaluate(
    `axe.run(${JSON.stringify(rulesFor[rules])})`,
  )) as AxeResults;
  // Beside the backdrop of a dialog, it cannot always tell.
  const judged = (await page.locator('dialog[open]').count()) > 0 ? [...passes, ...incomplete] : passes;
  assert.ok(judged.some(({ id }) => id === 'color-contrast'));
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`));
}

const rulesFor = {
  // It looks at the size of targets only when told to.
  all: { preload: false, rules: { 'target-size': { enabled: true } } },
  colours: { preload: false, runOnly: ['color-contrast', 'link-in-text-block'] },
};
