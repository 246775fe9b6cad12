import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type CommandOptions, type CommandResult, must, run } from '../command.ts';
import { isService, type KubeObject } from './objects.ts';

/** The stand-in for a cluster: a container engine, and a folder with what was applied. */
export class Cluster {
  readonly engine: string;
  readonly folder: string;
  /** Prefix of the names of all containers, volumes and networks; also their label. */
  readonly name: string;

  constructor(engine: string, folder: string) {
    this.engine = engine;
    this.folder = folder;
    this.name = basename(folder);
  }

  get label(): string {
    return `filemill.test=${this.name}`;
  }

  /** The network on which the names of Services resolve. */
  get network(): string {
    return this.name;
  }

  async must(args: readonly string[], options?: CommandOptions): Promise<string> {
    return await must([this.engine, ...args], options);
  }

  async run(args: readonly string[], options?: CommandOptions): Promise<CommandResult> {
    return await run([this.engine, ...args], options);
  }

  remember(objects: readonly KubeObject[]): void {
    const kept = this.#objects().filter((old) => !objects.some((object) => isSame(old, object)));
    writeFileSync(this.#path, JSON.stringify([...kept, ...objects]), { mode: 0o600 });
  }

  has(object: KubeObject): boolean {
    return this.#objects().some((known) => isSame(known, object));
  }

  /** @throws Error as Kubernetes does when a pod names what is not there */
  find(kind: string, name: string): KubeObject {
    const found = this.#objects().find((object) => object.kind === kind && object.metadata.name === name);
    if (found === undefined) throw new Error(`${kind} "${name}" not found`);
    return found;
  }

  /** The Services that select a pod with these labels. */
  servicesOf(labels: Readonly<Record<string, string>>): readonly string[] {
    const selects = (selector: Readonly<Record<string, string>>) =>
      Object.entries(selector).every(([key, value]) => labels[key] === value);
    return this.#objects()
      .filter(isService)
      .filter(({ spec }) => selects(spec.selector))
      .map(({ metadata }) => metadata.name);
  }

  get #path(): string {
    return join(this.folder, 'objects.json');
  }

  #objects(): readonly KubeObject[] {
    return existsSync(this.#path) ? (JSON.parse(readFileSync(this.#path, 'utf8')) as KubeObject[]) : [];
  }
}

function isSame(one: KubeObject, other: KubeObject): boolean {
  return one.kind === other.kind && one.metadata.name === other.metadata.name;
}
