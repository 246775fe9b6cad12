import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Json } from '#contract/schemas.ts';
import { eventually } from '../support/eventually.ts';
import { Dashboard, fact, row, untilCount, untilText } from './support/dashboard.ts';

describe('the overview', () => {
  let dashboard: Dashboard;
  before(async () => {
    dashboard = await Dashboard.start();
  });
  after(() => dashboard[Symbol.asyncDispose]());

  it('shows that the system is alive, and moves when a file comes by gRPC', async () => {
    await using _worker = await dashboard.stack.start('worker');
    const page = await dashboard.open('');
    await untilText(fact(page, 'Workers alive'), '1');
    await page.getByRole('heading', { name: 'No file yet' }).waitFor();
    assert.equal(await fact(page, 'Wait p50 / p95').textContent(), '–');

    await dashboard.upload('from-grpc.txt', 'one two three');
    await row(page, 'COMPLETED').getByRole('cell', { name: '1', exact: true }).waitFor();
    await page.getByRole('heading', { name: 'No file yet' }).waitFor({ state: 'detached' });
    await untilText(fact(page, 'Wait p50 / p95'), /\d+ m?s \/ \d+ m?s/);
    await untilText(fact(page, 'Processing p50 / p95'), /\d+ m?s \/ \d+ m?s/);
    await untilText(fact(page, 'Oldest pending'), 'none waits');
    await page.context().close();
  });

  it('shows the history as soon as it opens, in ranges, and goes on with what comes live', async () => {
    await using _worker = await dashboard.stack.start('worker');
    const page = await dashboard.open('');
    const chart = page.getByRole('img', { name: /^Files per second, at most [^0]/ });
    for (const name of ['live', 'lively', 'alive']) await dashboard.upload(`${name}.txt`, name);
    await chart.waitFor();
    await page.getByText('As a table').click();
    const history = page.getByRole('table').filter({ hasText: 'Wait p50 / p95' });
    await history.getByRole('row').filter({ hasText: / m?s$/ }).first().waitFor();

    // What was written meanwhile is there for whoever comes next, who has seen nothing live.
    const later = await eventually('the history counts the files', async () => {
      const answer = await fetch(`${dashboard.stack.base}/api/v1/history?step=day`);
      const { points } = (await answer.json()) as Json<'History'>;
      return points.some(({ completed }) => completed >= 4) && (await dashboard.open('', { viewport: null }));
    });
    await later.getByRole('radio', { name: '1 y' }).check();
    await later.getByText('History: the last year, by day').waitFor();
    await later.getByText('As a table').click();
    const days = later.getByRole('table').filter({ hasText: 'Wait p50 / p95' }).getByRole('row');
    await untilCount(days, 366);
    await later.getByRole('img', { name: /^Wait for a worker, at most \d/ }).waitFor();
    await Promise.all([page, later].map((open) => open.context().close()));
  });

  it('says in a sentence how it is, and what each part sees', async () => {
    await using _worker = await dashboard.stack.start('worker');
    const page = await dashboard.open('');
    await page.getByText('All is well.').waitFor();
    const system = page.getByRole('region', { name: 'System' });
    await system.getByRole('listitem').filter({ hasText: 'PostgreSQL' }).getByText('OK').waitFor();
    await system.getByText(/ free of /).waitFor();
    await dashboard.stack.stop('result');
    await page.getByText('Files cannot be taken in or analysed now.').waitFor();
    await dashboard.stack.start('result');
    await page.getByText('All is well.').waitFor();
    await page.context().close();
  });

  it('reads the charts by keyboard and by pointer, and zooms into a part of them', async () => {
    const page = await dashboard.open('');
    const chart = page.getByRole('slider', { name: /^Files per second/ });
    const plot = page.getByRole('img', { name: /^Files per second/ });
    await plot.waitFor();
    await page.getByRole('radio', { name: '90 d' }).check();
    await page.getByText('History: the last 90 days, by day').waitFor();
    await chart.and(page.locator(':not([aria-valuemax="0"])')).waitFor();
    await chart.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    await chart.and(page.locator('[aria-valuetext*=": in "]')).waitFor();
    assert.match((await chart.getAttribute('aria-valuetext')) ?? '', /^\d+ \w+: in .*, out /);
    await page.keyboard.press('Enter');
    await page.getByText('History: the part that was chosen, by hour').waitFor();
    await page.getByRole('button', { name: 'Zoom out' }).click();

    await page.getByText('History: the last hour, by minute').waitFor();
    const box = await plot.boundingBox();
    assert.ok(box);
    await page.mouse.move(box.x + box.width / 2, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 + 100, box.y + 50, { steps: 4 });
    await page.mouse.up();
    await page.getByText('History: the part that was chosen, by minute').waitFor();
    await page.context().close();
  });

  const npm = 'npm start';
  const compose = 'docker compose up --detach worker';
  const kubectl = 'kubectl -n filemill describe pods';
  const ways = { hand: [npm, compose, kubectl], container: [compose], kubernetes: [kubectl] };
  for (const [started_by, commands] of Object.entries(ways))
    it(`says what to do without a worker where ${started_by} started the server`, async () => {
      const page = await dashboard.open('upload');
      await page.route('**/api/v1/server', (route) => route.fulfill({ json: { grpc_address: null, started_by } }));
      await page.reload();
      const banner = page.getByRole('alert').filter({ hasText: 'No worker is alive' });
      for (const command of commands) await banner.getByText(command).waitFor();
      await untilCount(banner.getByRole('code'), commands.length);
      await page.context().close();
    });

  it('says when no worker is alive, and what to do about it', async () => {
    const page = await dashboard.open('files');
    const banner = page.getByRole('alert').filter({ hasText: 'No worker is alive' });
    await banner.getByText('npx filemill doctor').waitFor();
    await dashboard.upload('waits.txt', 'for a worker');
    await row(page, 'waits.txt').getByText('PENDING').waitFor();

    await using _worker = await dashboard.stack.start('worker');
    await banner.waitFor({ state: 'detached' });
    await row(page, 'waits.txt').getByText('COMPLETED').waitFor();
    await page.context().close();
  });

  it('says when the server has gone, and shows what happened meanwhile once it is back', async () => {
    const page = await dashboard.open('files');
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
    await dashboard.stack.service('web').stop();
    const banner = page.getByRole('alert').filter({ hasText: 'The connection to the server is lost' });
    await banner.waitFor();
    await dashboard.upload('meanwhile.txt', 'nobody looked');

    await using _web = await dashboard.stack.start('web');
    await banner.waitFor({ state: 'detached' });
    await row(page, 'meanwhile.txt').waitFor();
    await page.context().close();
  });

  it('gave the browser nothing to complain of', () => assert.deepEqual(dashboard.complaints, []));
});
