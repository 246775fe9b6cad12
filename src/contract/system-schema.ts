import { z } from 'zod';

const count = z.int().min(0);
const instance = z.string().describe('The name of the worker, for a worker.');

const figures = z
  .strictObject({
    files_per_second: z.number().min(0).describe('Files brought to their end between its latest two heartbeats.'),
    memory_bytes: count.describe('The resident memory of its process.'),
    last_error: z
      .strictObject({ code: z.string(), at: z.iso.datetime().nullable() })
      .nullable()
      .describe('Why its latest failed attempt failed; null if none has since it started.'),
  })
  .describe('The work of a worker; null for other services, and for workers of earlier versions.');

export const System = z.strictObject({
  services: z
    .array(z.strictObject({ service: z.string(), instance, version: z.string(), figures: figures.nullable() }))
    .describe('The services that answer, and the workers that are alive.'),
  dependencies: z.array(
    z.strictObject({
      service: z.string().describe('The service that reports.'),
      instance,
      part: z.string().describe('`postgresql`, `redis`, `metadata` or `result`.'),
      state: z.enum(['OK', 'FAILING', 'UNUSED']).describe('UNUSED: the settings say to work without it.'),
      version: z.string().nullable(),
      detail: z.string().nullable().describe('What is wrong and what helps; null unless it fails.'),
    }),
  ),
  volume: z
    .strictObject({
      bytes: count,
      free_bytes: count,
      reserve_bytes: count.describe('Uploads are refused when less than this is free.'),
    })
    .nullable()
    .describe('The volume that holds the bytes of files; null while it is not known.'),
});
