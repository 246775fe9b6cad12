import { cloudNativePg } from './cloudnative-pg.ts';
import type { Manifest } from './manifests.ts';

/**
 * Finds where an object violates the schemas of Kubernetes (version 1.36, compiled for ajv by `kubernetes-models`) or
 * of KEDA, the Gateway API, External Secrets, the operator of Prometheus and CloudNativePG: wrong types, missing fields, and unknown
 * fields. (The package drops fields named `description`, so our objects may not have any.)
 */
export async function schemaProblems(manifest: Manifest): Promise<string[]> {
  const { apiVersion, kind } = manifest;
  const validate = await validatorOf(String(apiVersion), String(kind));
  if (validate === undefined) return [`there is no kind ${kind} in ${apiVersion}`];
  const watched = watch(manifest);
  const unknown = () => unaskedFields(watched).map((path) => `${path} is no field of ${kind}`);
  try {
    validate.call(watched.proxy);
  } catch (error) {
    return [(error as Error).message.replaceAll('data/', '/'), ...unknown()];
  }
  return unknown();
}

/** Where the kinds of an API are, by how its name begins. */
const loaders: readonly (readonly [group: string, load: (apiVersion: string, kind: string) => Promise<Models>])[] = [
  ['keda.sh/', (version, kind) => import(`@kubernetes-models/keda/${version}/${kind}`)],
  ['gateway.networking.k8s.io/', (version, kind) => import(`@kubernetes-models/gateway-api/${version}/${kind}`)],
  ['external-secrets.io/', (version, kind) => import(`@kubernetes-models/external-secrets/${version}/${kind}`)],
  ['monitoring.coreos.com/', (version, kind) => import(`@kubernetes-models/prometheus-operator/${version}/${kind}`)],
  ['postgresql.cnpg.io/', async () => cloudNativePg],
  ['', (version, kind) => import(`kubernetes-models/${version}/${kind}`)],
];

type Models = Readonly<Record<string, { readonly prototype: { readonly validate: Validate } }>>;

/** Throws an Error that names everything that is wrong with `this`. */
type Validate = (this: unknown) => void;

async function validatorOf(apiVersion: string, kind: string): Promise<Validate | undefined> {
  const load = loaders.find(([group]) => apiVersion.startsWith(group))?.[1](apiVersion, kind);
  const models = (await load?.catch(() => undefined)) ?? {};
  return models[kind]?.prototype.validate;
}

/** A value that notes which of its fields were asked for. */
interface Watched {
  readonly proxy: unknown;
  readonly asked: ReadonlySet<string | symbol>;
  readonly fields: ReadonlyMap<string, Watched>;
}

function watch(value: unknown): Watched {
  const asked = new Set<string | symbol>();
  if (typeof value !== 'object' || value === null) return { proxy: value, asked, fields: new Map() };
  const fields = new Map(Object.entries(value).map(([name, field]) => [name, watch(field)] as const));
  const proxies = [...fields].map(([name, { proxy }]) => [name, proxy] as const);
  const copy = Object.assign(Array.isArray(value) ? [] : {}, Object.fromEntries(proxies));
  const proxy = new Proxy(copy, {
    get(target, name) {
      asked.add(name);
      return Reflect.get(target, name);
    },
    // A validator that lists all names accepts any, for example of labels.
    ownKeys(target) {
      for (const name of fields.keys()) asked.add(name);
      return Reflect.ownKeys(target);
    },
  });
  return { proxy, asked, fields };
}

/**
 * The schemas allow fields that they do not know, as an API server must that has older clients. A validator asks an
 * object for each field that its schema has, so the fields that it never asked for are unknown; an object that it
 * asked for nothing may hold anything.
 */
function unaskedFields({ asked, fields }: Watched, path = ''): string[] {
  if (asked.size === 0) return [];
  return [...fields].flatMap(([name, field]) =>
    asked.has(name) ? unaskedFields(field, `${path}/${name}`) : [`${path}/${name}`],
  );
}
