import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, describe, it } from 'node:test';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { rightToLeft, type Systems, startSystems, views } from './support/views.ts';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const layoutFaults = await readFile(new URL('support/layout-faults.js', import.meta.url), 'utf8');

/** Of small and of usual telephones, a tablet and a laptop; axe-core looks at the second and the last. */
const widths = [360, 390, 768, 1_440] as const;
const axeWidths: readonly number[] = [390, 1_440];

describe('each view fits its window, and axe-core finds nothing', () => {
  let systems: Systems;
  before(async () => {
    systems = await startSystems();
  });
  after(() => systems[Symbol.asyncDispose]());

  for (const [what, { of, path, prepare }] of Object.entries(views))
    it(what, async () => {
      const page = await systems[of].open(typeof path === 'string' ? path : path(systems.ids));
      await prepare(page, systems);
      for (const colorScheme of ['light', 'dark'] as const)
        for (const width of widths) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height: 844 });
          const faults = (await page.evaluate(layoutFaults)) as string[];
          if (axeWidths.includes(width)) faults.push(...(await violationsOf(page)));
          assert.deepEqual(faults, [], `${width} px, ${colorScheme}`);
        }
      await page.context().close();
    });

  it('a table whose rows are stacked is still one to screen readers, with the title of each figure', async () => {
    const page = await systems.fresh.open('workers', { viewport: { width: 390, height: 844 } });
    await views['the workers']?.prepare(page, systems);
    const session = await page.context().newCDPSession(page);
    const { nodes } = await session.send('Accessibility.getFullAXTree');
    const namesOf = (role: string) => nodes.filter((node) => node.role?.value === role).map(({ name }) => name?.value);
    assert.deepEqual(namesOf('table'), ['Workers seen within the last 15 seconds']);
    assert.equal(namesOf('rowheader').length, 1);
    assert.match(
      namesOf('cell').join(),
      /^WORKING,Busy threads \d+,Threads \d+,Files a second .*,Memory .*,Last error .*,Version .*,Takes work from PostgreSQL,Started .*,Last seen .*,Drain/,
    );
    await page.context().close();
  });

  it('a name keeps its own direction, and what stands around it another', async () => {
    const page = await systems.used.open(`files/${systems.ids.rightToLeft}`);
    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByRole('dialog').waitFor();
    const names = `[...document.querySelectorAll('h1 bdi, dialog bdi')].map((name) => [name.textContent, getComputedStyle(name).direction])`;
    assert.deepEqual(await page.evaluate(names), [
      [rightToLeft, 'rtl'],
      [rightToLeft, 'rtl'],
    ]);
    await page.context().close();
  });

  it('and the browser has nothing to complain of', () =>
    assert.deepEqual([...systems.fresh.complaints, ...systems.used.complaints], []));
});

async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  // It looks at the size of targets only when told to.
  const options = { rules: { 'target-size': { enabled: true } } };
  const { violations, passes } = (await page.evaluate(`axe.run(${JSON.stringify(options)})`)) as AxeResults;
  assert.ok(passes.some(({ id }) => id === 'color-contrast'));
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`));
}
