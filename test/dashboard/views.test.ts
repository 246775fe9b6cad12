import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { looksWell } from './support/faults.ts';
import { rightToLeft, type Systems, startSystems, views } from './support/views.ts';

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
      await looksWell(page);
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
