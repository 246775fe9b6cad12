import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { parseAllDocuments } from 'yaml';

export const root = join(import.meta.dirname, '..', '..', '..');

/** A Kubernetes object whose fields have not been checked. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Labels };
  readonly spec?: unknown;
  readonly [field: string]: unknown;
}

export type Labels = Readonly<Record<string, string>>;

/** Reads `path`, which is relative to the project. @throws Error naming the file and the line */
export function readManifests(path: string): Manifest[] {
  return parseManifests(readFileSync(join(root, path), 'utf8'), path);
}

/** Reads YAML like kubectl: a bare `on` is a boolean, 0440 is octal. @throws Error naming `where` and the line */
export function parseManifests(text: string, where: string): Manifest[] {
  return parseAllDocuments(text, { version: '1.1' }).flatMap((document) => {
    const [error] = document.errors;
    if (error) throw new Error(`${where}: ${error.message}`);
    const value: Manifest | null = document.toJS();
    return value === null ? [] : [value];
  });
}

export function titleOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.name}`;
}

/** What runs pods: Deployment, StatefulSet, Job or CronJob. */
export interface Workload {
  readonly title: string;
  readonly kind: string;
  /** The label by which Services and policies know its pods; the Job of the chart has one of its own. */
  readonly name: string;
  readonly labels: Labels;
  readonly pod: IPodSpec;
  /** Each workload of ours has one. */
  readonly container: IContainer;
}

interface PodTemplateOwner {
  readonly template: { readonly metadata: { readonly labels: Labels }; readonly spec: IPodSpec };
}

interface JobTemplateOwner {
  readonly jobTemplate: { readonly spec: PodTemplateOwner };
}

export function workloadsOf(manifests: readonly Manifest[]): Workload[] {
  return manifests
    .filter(({ kind }) => ['Deployment', 'StatefulSet', 'Job', 'CronJob'].includes(kind))
    .map((manifest) => {
      const spec = manifest.spec as PodTemplateOwner | JobTemplateOwner;
      const { template } = 'jobTemplate' in spec ? spec.jobTemplate.spec : spec;
      const [container, ...others] = template.spec.containers;
      if (container === undefined || others.length > 0)
        throw new Error(`${titleOf(manifest)}: the checks know pods of one container`);
      return {
        title: titleOf(manifest),
        kind: manifest.kind,
        name: template.metadata.labels['app.kubernetes.io/name'] ?? manifest.metadata.name,
        labels: template.metadata.labels,
        pod: template.spec,
        container,
      };
    });
}

/** Whether a selector's `matchLabels` choose these labels; no labels choose all. */
export function selects(selector: Labels | undefined, labels: Labels): boolean {
  return Object.entries(selector ?? {}).every(([name, value]) => labels[name] === value);
}
