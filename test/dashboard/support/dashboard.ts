import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
} from 'playwright-core';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { type Cluster, httpServices, startCluster } from '../../support/cluster.ts';

/** Of Debian's package; nothing is downloaded. */
const executablePath = '/usr/bin/chromium';

/** For whatever is waited for: no test says how long a thing takes, they only end when it never comes. */
const patienceMs = 60_000;

interface OpenOptions extends BrowserContextOptions {
  /** Where the page comes from, when not from the server itself. */
  readonly base?: string;
}

/** A whole system with its dashboard, and a browser that looks at it. */
export class Dashboard implements AsyncDisposable {
  readonly stack: Cluster;
  /** What the browser complained of: errors of scripts, and what the content security policy refused. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;
  readonly #resources: AsyncDisposableStack;

  /** No worker runs until one is started. @param settings of all services */
  static async start(settings: Readonly<Record<string, string>> = {}, adminUrl?: string): Promise<Dashboard> {
    await using opening = new AsyncDisposableStack();
    const stack = opening.use(await startCluster({ services: httpServices, settings, adminUrl }));
    const isRoot = process.getuid?.() === 0;
    const browser = opening.adopt(await chromium.launch({ executablePath, chromiumSandbox: !isRoot }), (open) =>
      open.close(),
    );
    return new Dashboard(stack, browser, opening.move());
  }

  private constructor(stack: Cluster, browser: Browser, resources: AsyncDisposableStack) {
    this.stack = stack;
    this.#browser = browser;
    this.#resources = resources;
  }

  /** The browser of somebody who was never here before. */
  async context(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await this.#browser.newContext({ reducedMotion: 'reduce', ...options });
    context.setDefaultTimeout(patienceMs);
    return context;
  }

  /** A page below `ui/`, in the window of somebody who was never here before. */
  async open(path: string, { base = this.stack.base, ...options }: OpenOptions = {}): Promise<Page> {
    const context = await this.context(options);
    const page = await context.newPage();
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      const text = message.text();
      // A network that fails, or a proxy that answers in place of the server, which some journeys are about, is told of there too.
      const isOfNetwork = /^Failed to load resource|^EventSource's response has a MIME type/.test(text);
      if (message.type() === 'error' && !isOfNetwork) this.complaints.push(text);
    });
    await page.goto(`${base}/ui/${path}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    return page;
  }

  /** By gRPC, as other clients do; answers the id. */
  async upload(filename: string, content: string): Promise<string> {
    using channel = new RpcChannel(this.stack.env.FILEMILL_UPLOAD_TARGET ?? '');
    const parts = async function* () {
      yield { part: { case: 'metadata' as const, value: { filename } } };
      yield { part: { case: 'chunk' as const, value: Buffer.from(content) } };
    };
    return (await channel.client(UploadService).uploadFile(parts())).id;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}

/** What stands beside a name in a list of facts. */
export function fact(page: Page, name: string): Locator {
  return page.locator('dl > div', { has: page.getByText(name, { exact: true }) }).getByRole('definition');
}

/** The row of a table that holds this text. */
export function row(page: Page, text: string): Locator {
  return page.getByRole('row').filter({ hasText: text });
}

/** Resolves once there are so many. */
export async function untilCount(locator: Locator, wanted: number): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  for (let found = await locator.count(); found !== wanted; found = await locator.count()) {
    if (performance.now() > giveUpAt) throw new Error(`${locator}: ${found} instead of ${wanted}`);
    await locator.page().waitForTimeout(50);
  }
}

/** Resolves once its text is this, or like it. */
export async function untilText(locator: Locator, wanted: string | RegExp): Promise<void> {
  await locator.filter({ hasText: wanted }).first().waitFor();
}

/** Drags files and folders over the page and lets them go, as a file manager does. (Playwright has no means of its own for files.) */
export async function drop(
  page: Page,
  paths: readonly string[],
  onto = page.getByRole('region', { name: 'Choose what to upload' }),
): Promise<void> {
  const box = await onto.boundingBox();
  if (box === null) throw new Error(`${onto} is not shown`);
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  const session = await page.context().newCDPSession(page);
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x, y, data });
}
