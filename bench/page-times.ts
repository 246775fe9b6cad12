import { type Browser, chromium, type Page } from 'playwright-core';
import { ensureDebianPackages } from '../scripts/support/debian-packages.ts';
import { median } from './figure.ts';

const timesEach = 7;

/** Debian's Chromium, without anything cached. */
export async function openChromium(): Promise<Browser> {
  ensureDebianPackages(['chromium']);
  const chromiumSandbox = process.getuid?.() !== 0;
  return await chromium.launch({ executablePath: '/usr/bin/chromium', chromiumSandbox });
}

/**
 * The median time from the navigation to the first paint with content, in milliseconds, for a browser that was never there.
 *
 * @param ready what is there once the page shows its figures
 */
export async function firstPaint(browser: Browser, address: string, ready: string): Promise<number> {
  const times: number[] = [];
  for (let n = -1; n < timesEach; n++) {
    const page = await newPage(browser, address, ready);
    const time = await page.evaluate<number>(`performance.getEntriesByName('first-contentful-paint')[0].startTime`);
    await page.context().close();
    if (n >= 0) times.push(time);
  }
  return median(times);
}

/**
 * The longest that the page took from an event of the keyboard or the pointer to the next frame, in milliseconds. The browser
 * tells of no event below 16 ms, and rounds to 8 ms (W3C Event Timing).
 */
export async function longestInteraction(
  browser: Browser,
  { address, ready }: { readonly address: string; readonly ready: string },
  act: (page: Page) => Promise<void>,
): Promise<number> {
  const page = await newPage(browser, address, ready);
  await page.evaluate(`
    seen = [];
    new PerformanceObserver((list) => seen.push(...list.getEntries().map(({ duration }) => duration)))
      .observe({ type: 'event', durationThreshold: 16 });`);
  await act(page);
  // The observer hears of an event after the frame that follows it.
  await page.waitForTimeout(500);
  const durations = await page.evaluate<number[]>('seen');
  await page.context().close();
  return Math.max(16, ...durations);
}

export async function newPage(browser: Browser, address: string, ready: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(address);
  await page.locator(ready).first().waitFor();
  return page;
}
