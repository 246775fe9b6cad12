import { z } from 'zod';

/**
 * What our examples use of CloudNativePG, after its API reference (https://cloudnative-pg.io/docs/current/cloudnative-pg.v1): no package
 * has schemas of it. Whoever uses another field adds it here.
 */
const named = z.strictObject({ name: z.string() });
const size = z.strictObject({ size: z.string().regex(/^\d+[KMGT]i$/) });
const metadata = z.strictObject({
  name: z.string(),
  namespace: z.string(),
  labels: z.record(z.string(), z.string()),
});
const apiVersion = z.literal('postgresql.cnpg.io/v1');

const cluster = z.strictObject({
  apiVersion,
  kind: z.literal('Cluster'),
  metadata,
  spec: z.strictObject({
    imageName: z.string(),
    instances: z.int().min(1),
    postgresql: z.strictObject({
      synchronous: z.strictObject({
        method: z.enum(['any', 'first']),
        number: z.int().min(1),
        dataDurability: z.enum(['required', 'preferred']),
      }),
      parameters: z.strictObject({ max_connections: z.string() }),
    }),
    bootstrap: z.strictObject({
      initdb: z.strictObject({
        database: z.string(),
        owner: z.string(),
        secret: named,
        postInitSQL: z.array(z.string()),
      }),
    }),
    storage: size,
    walStorage: size,
    affinity: z.strictObject({ enablePodAntiAffinity: z.boolean(), topologyKey: z.string() }),
  }),
});

const pooler = z.strictObject({
  apiVersion,
  kind: z.literal('Pooler'),
  metadata,
  spec: z.strictObject({
    cluster: named,
    instances: z.int().min(1),
    type: z.enum(['rw', 'ro', 'r']),
    pgbouncer: z.strictObject({ poolMode: z.enum(['session', 'transaction']) }),
  }),
});

/** The schema, in the form of `kubernetes-models`. */
export const cloudNativePg = { Cluster: modelOf(cluster), Pooler: modelOf(pooler) };

function modelOf(schema: z.ZodType) {
  return {
    prototype: {
      validate(this: unknown) {
        const { error } = schema.safeParse(this);
        if (error) throw new Error(z.prettifyError(error));
      },
    },
  };
}
