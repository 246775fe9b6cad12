/**
 * Node's options for a service, here and in the images (build/package); docs/adr/0017-how-node-runs-a-service.md:
 *
 * - A young generation of 4 MiB instead of 16 keeps the peak memory of large uploads down.
 * - One thread collects young garbage: more would take processors from the other services.
 * - Old garbage is collected when it reaches the size of the live heap; V8 would let it reach three times as much.
 */
export const serviceNodeOptions: readonly string[] = [
  '--max-semi-space-size=4',
  '--no-parallel-scavenge',
  '--heap-growing-percent=100',
];

/** Each arena of glibc's malloc keeps its freed memory, so there should be few. */
export const serviceEnvironment = { MALLOC_ARENA_MAX: '2' } as const;
