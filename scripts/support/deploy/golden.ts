import { isDeepStrictEqual } from 'node:util';
import type { Manifest } from './manifests.ts';

/**
 * Where two sets of manifests differ in what they tell Kubernetes, a line each. The order of what has a name, of arguments of
 * PostgreSQL and of peers of a policy says nothing, and neither does what only Helm reads.
 */
export function differences(made: readonly Manifest[], wanted: readonly Manifest[]): string[] {
  const [is, should] = [byTitle(made), byTitle(wanted)];
  return [...new Set([...is.keys(), ...should.keys()])].sort().flatMap((title) => {
    const [one, other] = [is.get(title), should.get(title)];
    if (one === undefined || other === undefined)
      return [`${title} is ${one ? 'only in the chart' : 'not in the chart'}`];
    return differ(one, other).map((line) => `${title}${line}`);
  });
}

function byTitle(manifests: readonly Manifest[]): Map<string, unknown> {
  return new Map(
    manifests.map((manifest) => {
      const plain = normal(manifest) as Manifest;
      return [`${plain.kind} ${plain.metadata.name}`, plain];
    }),
  );
}

/** The chart names the Job by its content, since a Job cannot be changed. */
const hashed = /^migrate-[0-9a-f]{8}$/;
const ofHelm = /^(helm\.sh\/|checksum\/|app\.kubernetes\.io\/(managed-by|instance)$)/;

function normal(value: unknown): unknown {
  if (typeof value === 'string') return hashed.test(value) ? 'migrate' : value.trim();
  if (Array.isArray(value)) return sorted(value.map(normal));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value)
    .filter(([name, field]) => !ofHelm.test(name) && field !== null)
    .map(([name, field]) => [name, normal(field)] as const);
  return Object.fromEntries(fields.filter(([, field]) => !isEmpty(field)));
}

/** Such as annotations, once those of Helm are left out. `{}` alone means something in a selector, which the other side has too. */
function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}

function sorted(list: readonly unknown[]): unknown[] {
  const hasOrder =
    list.every((one) => typeof one === 'string') && !list.every((one) => /^-c|^postgres$/.test(String(one)));
  if (hasOrder) return [...list];
  return [...list].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
}

function orderOf(value: unknown): string {
  const { mountPath, name, key } = Object(value) as Record<string, unknown>;
  return `${mountPath ?? name ?? key ?? ''} ${JSON.stringify(value, sortedKeys)}`;
}

function sortedKeys(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function differ(is: unknown, should: unknown, path = ''): string[] {
  if (isDeepStrictEqual(is, should)) return [];
  if (!isRecord(is) || !isRecord(should)) return [`${path}: ${show(is)}, not ${show(should)}`];
  const names = new Set([...Object.keys(is), ...Object.keys(should)]);
  return [...names].flatMap((name) => differ(is[name], should[name], `${path}/${name}`));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
