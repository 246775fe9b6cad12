/** Every variable that a part of Filemill, or compose.yaml, reads. A test compares this list with the sources. */
export const knownSettings: readonly string[] = [
  'FILEMILL_ADMIN_DATABASE_URL',
  'FILEMILL_ALLOW_FAILPOINTS',
  'FILEMILL_ALLOW_UNSAFE_DATABASE',
  'FILEMILL_ANALYSIS_CHILD_MEMORY_MB',
  'FILEMILL_ANALYSIS_DEADLINE_MS',
  'FILEMILL_ANALYSIS_HEAP_MB',
  'FILEMILL_ANALYSIS_REGISTRY',
  'FILEMILL_DASHBOARD_DIR',
  'FILEMILL_DATABASE_LISTEN_URL',
  'FILEMILL_DATABASE_POOL',
  'FILEMILL_DATABASE_URL',
  'FILEMILL_DATABASE_WAIT_MS',
  'FILEMILL_DISK_RESERVE',
  'FILEMILL_FAILPOINTS',
  'FILEMILL_GRPC_LISTEN',
  'FILEMILL_GRPC_MAX_CONNECTION_AGE_MS',
  'FILEMILL_GRPC_PORT',
  'FILEMILL_HTTP_HOSTS',
  'FILEMILL_HTTP_LISTEN',
  'FILEMILL_HTTP_PORT',
  'FILEMILL_LEASE_MS',
  'FILEMILL_LOG_FORMAT',
  'FILEMILL_LOG_LEVEL',
  'FILEMILL_MAX_ATTEMPTS',
  'FILEMILL_MAX_BACKLOG',
  'FILEMILL_MAX_FILE_SIZE',
  'FILEMILL_MAX_INCOMPLETE_BYTES',
  'FILEMILL_MAX_INCOMPLETE_UPLOADS',
  'FILEMILL_MAX_UPLOADS',
  'FILEMILL_METADATA_TARGET',
  'FILEMILL_OPS_LISTEN',
  'FILEMILL_ORPHAN_TTL_MS',
  'FILEMILL_PACK_BELOW',
  'FILEMILL_PROXY',
  'FILEMILL_PUBLIC_GRPC',
  'FILEMILL_PUBLIC_HTTP',
  'FILEMILL_REDIS_URL',
  'FILEMILL_RESULT_TARGET',
  'FILEMILL_SEGMENT_AGE_MS',
  'FILEMILL_SERVER',
  'FILEMILL_STAGING_TTL_MS',
  'FILEMILL_STORAGE_DIR',
  'FILEMILL_STREAM_IDLE_MS',
  'FILEMILL_STREAM_MIN_RATE',
  'FILEMILL_TRUSTED_PROXIES',
  'FILEMILL_UPLOAD_EXPIRY_MS',
  'FILEMILL_UPLOAD_TARGET',
  'FILEMILL_WATCH_HEARTBEAT_MS',
  'FILEMILL_WORKER_MEMORY_MB',
  'FILEMILL_WORKER_NAME',
  'FILEMILL_WORKER_PREFETCH',
  'FILEMILL_WORKER_THREADS',
];

/** For tests; and what Kubernetes tells every container of a service that is named so. */
const ofOthers = /^FILEMILL_TEST_|_SERVICE_HOST$|_SERVICE_PORT(_\w+)?$|_PORT(_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)?$/;

/** Whether this is the name of a FILEMILL_* variable that nothing reads. */
export function isUnknown(name: string): boolean {
  return name.startsWith('FILEMILL_') && !ofOthers.test(name) && !knownSettings.includes(name.replace(/_FILE$/, ''));
}

/** A sentence for each FILEMILL_* variable that nothing reads: a word that was mistyped changes nothing, and says so nowhere. */
export function unknownSettings(env: NodeJS.ProcessEnv): readonly string[] {
  return Object.keys(env)
    .filter(isUnknown)
    .sort()
    .map((name) => {
      const near = nearest(name);
      return `${name} is no setting and changes nothing${near === undefined ? '' : `: ${near} is the nearest that is`}`;
    });
}

function nearest(name: string): string | undefined {
  const word = name.replace(/_FILE$/, '');
  const distances = knownSettings.map((known) => ({ known, distance: editDistance(word, known) }));
  const [best] = distances.sort((one, other) => one.distance - other.distance);
  // Beyond a third of what is its own it is another word.
  return best && best.distance <= (word.length - 'FILEMILL_'.length) / 3 ? best.known : undefined;
}

/** How many letters have to be put in, taken out or replaced: Wagner and Fischer's algorithm, a row at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, n) => n);
  for (const [n, letter] of [...from].entries()) {
    const next = [n + 1];
    for (const [m, other] of [...to].entries()) {
      const [left = 0, above = 0, before = 0] = [next[m], row[m + 1], row[m]];
      next.push(Math.min(left + 1, above + 1, before + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
