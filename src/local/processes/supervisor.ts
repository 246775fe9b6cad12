import { Keeper, type KeeperOptions } from './keeper.ts';
import { type ServiceSpec, type ServiceSurroundings, startService } from './service-child.ts';

/** These services save through metadata and result, so they are stopped first. */
const first = new Set(['web', 'upload', 'worker']);

/** Starts the services concurrently, keeps them running, and stops them in order. */
export class Supervisor implements AsyncDisposable {
  readonly #keepers: readonly { spec: ServiceSpec; keeper: Keeper }[];

  private constructor(keepers: readonly { spec: ServiceSpec; keeper: Keeper }[]) {
    this.#keepers = keepers;
  }

  /** Resolves when all are ready. If one does not start, the others are stopped and its error is thrown. */
  static async start(
    specs: readonly ServiceSpec[],
    surroundings: ServiceSurroundings,
    options: KeeperOptions,
  ): Promise<Supervisor> {
    const starts = await Promise.allSettled(
      specs.map(async (spec) => ({
        spec,
        keeper: await Keeper.start(spec.name, (signal) => startService(spec, surroundings, signal), options),
      })),
    );
    const supervisor = new Supervisor(starts.filter((start) => start.status === 'fulfilled').map(({ value }) => value));
    const failed = starts.find((start) => start.status === 'rejected');
    if (failed === undefined) return supervisor;
    await supervisor[Symbol.asyncDispose]();
    throw failed.reason;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop((service) => first.has(service));
    await this.#stop((service) => !first.has(service));
  }

  async #stop(isDue: (service: string) => boolean): Promise<void> {
    const due = this.#keepers.filter(({ spec }) => isDue(spec.service));
    await Promise.all(due.map(({ keeper }) => keeper[Symbol.asyncDispose]()));
  }
}
