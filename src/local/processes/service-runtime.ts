/**
 * How Node runs a service, here and in the images (build/package): docs/adr/0017-how-node-runs-a-service.md.
 *
 * - A young generation of 4 MiB instead of 16: as fast, with less memory at its peak.
 * - Young garbage is collected by one thread: others would take the processor from the other services.
 * - Old garbage is collected when it is half as much as what lives; V8 would let it become three times as much.
 */
export const serviceNodeOptions: readonly string[] = [
  '--max-semi-space-size=4',
  '--no-parallel-scavenge',
  '--heap-growing-percent=50',
];

/** Few arenas of glibc's malloc: each keeps what was freed in it for itself. */
export const serviceEnvironment = { MALLOC_ARENA_MAX: '2' } as const;
