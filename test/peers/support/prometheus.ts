import { readFile, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { eventually } from '../../support/eventually.ts';
import { freePort } from '../../support/free-port.ts';
import { testFolder } from '../../support/start-services.ts';
import { startProgram } from './program.ts';

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time: number, value: string];
}

interface PrometheusOptions {
  /** Unix sockets to scrape, by instance. */
  readonly sockets: Readonly<Record<string, string>>;
  /** A file of rules, whose alerts fire at once instead of after their `for`. */
  readonly rules: string;
}

/** Debian's Prometheus, which scrapes and evaluates every second. */
export class Prometheus implements AsyncDisposable {
  readonly #base: string;
  readonly #resources: AsyncDisposableStack;

  static async start({ sockets, rules }: PrometheusOptions): Promise<Prometheus> {
    await using opening = new AsyncDisposableStack();
    const { path: folder } = opening.use(await testFolder());
    const targets: string[] = [];
    for (const socket of Object.values(sockets)) targets.push(`127.0.0.1:${await portTo(socket, opening)}`);
    await writeFile(`${folder}/rules.yaml`, (await readFile(rules, 'utf8')).replace(/^( +for:) .*$/gm, '$1 0s'));
    await writeFile(`${folder}/prometheus.yaml`, configOf(targets));
    const port = await freePort();
    const args = [
      `--config.file=${folder}/prometheus.yaml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    opening.use(await startProgram(['prometheus', ...args], [port]));
    const prometheus = new Prometheus(`http://127.0.0.1:${port}`, opening.move());
    await eventually('Prometheus answers', () => prometheus.query('vector(1)').catch(() => undefined));
    return prometheus;
  }

  private constructor(base: string, resources: AsyncDisposableStack) {
    this.#base = base;
    this.#resources = resources;
  }

  /** @throws Error with what Prometheus says about an expression that it does not understand */
  async query(expression: string): Promise<readonly Sample[]> {
    const answer = await fetch(`${this.#base}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query: expression }),
    });
    const { status, error, data } = (await answer.json()) as {
      status: string;
      error?: string;
      data?: { result: Sample[] };
    };
    if (status !== 'success' || data === undefined) throw new Error(`${expression}: ${error}`);
    return data.result;
  }

  /** Resolves once the alert fires. */
  async fires(alert: string): Promise<void> {
    await eventually(`${alert} fires`, () => this.#isFiring(alert));
  }

  /** Resolves once it does not. */
  async rests(alert: string): Promise<void> {
    await eventually(`${alert} does not fire`, async () => !(await this.#isFiring(alert)));
  }

  async #isFiring(alert: string): Promise<boolean> {
    return (await this.query(`ALERTS{alertname="${alert}", alertstate="firing"}`)).length > 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}

function configOf(targets: readonly string[]): string {
  return `
global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
rule_files: [rules.yaml]
scrape_configs:
  - job_name: filemill
    static_configs: [{ targets: ${JSON.stringify(targets)} }]
`;
}

/** Prometheus does not scrape unix sockets. */
async function portTo(socket: string, resources: AsyncDisposableStack): Promise<number> {
  const port = await freePort();
  const server = createServer((client) => {
    const service = connect(socket);
    client.on('error', () => service.destroy());
    service.on('error', () => client.destroy());
    client.pipe(service).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  resources.defer(async () => void server.close());
  return port;
}
