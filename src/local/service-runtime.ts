/**
 * How Node runs a service, here and in the images (build/package): docs/adr/0017-how-node-runs-a-service.md.
 *
 * - A young generation of 4 MiB instead of 16: as fast, with less memory at its peak.
 * - Young garbage is collected by one thread: others would take the processor from the other services.
 */
export const serviceNodeOptions: readonly string[] = ['--max-semi-space-size=4', '--no-parallel-scavenge'];

/** Few arenas of glibc's malloc: each keeps what was freed in it for itself. */
export const serviceEnvironment = { MALLOC_ARENA_MAX: '2' } as const;
