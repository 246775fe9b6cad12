/** Every FILEMILL_* variable that a part of Filemill, or compose.yaml, reads. A test compares this list with the sources. */
const names = `
  ADMIN_DATABASE_URL ADMIN_TOKEN ALLOWED_ORIGINS ALLOW_ANONYMOUS ALLOW_FAILPOINTS ALLOW_UNSAFE_DATABASE
  ANALYSIS_CHILD_MEMORY_MB ANALYSIS_DEADLINE_MS ANALYSIS_HEAP_MB ANALYSIS_REGISTRY AUDIT_RETENTION_DAYS AUTH COMMAND CONTEXT
  DASHBOARD_DIR DATABASE_LISTEN_URL DATABASE_POOL DATABASE_READ_MAX_STALENESS_MS DATABASE_READ_URL DATABASE_URL DATABASE_WAIT_MS DEFAULT_MAX_BYTES DEFAULT_MAX_FILES
  DEFAULT_MAX_REQUESTS_PER_MINUTE DEFAULT_MAX_UPLOADS DISK_RESERVE EVENTS_REDIS_MAX_ENTRIES EVENTS_REDIS_STREAM FAILPOINTS FINDINGS_DEADLINE_MS GRAFANA_PORT GRPC_LISTEN
  GRPC_MAX_CONNECTION_AGE_MS GRPC_PORT GRPC_REFLECTION GUIDE_DIR
  HASHES HTTP_HOSTS HTTP_LISTEN HTTP_PORT KEEP_BYTES KEEP_FILES KEEP_TEXT LEASE_MS LOG_FILES LOG_FORMAT LOG_LEVEL MAX_ATTEMPTS MAX_BACKLOG MAX_DOWNLOADS
  MAX_FILE_SIZE MAX_INCOMPLETE_BYTES MAX_INCOMPLETE_UPLOADS MAX_UPLOADS METADATA_DATABASE_URL METADATA_TARGET OIDC_ALGORITHMS
  OIDC_AUDIENCE OIDC_CLIENT_ID OIDC_CLIENT_SECRET OIDC_ISSUER OIDC_JWKS_URL OIDC_SCOPES OIDC_TENANT OIDC_TENANT_CLAIM OPS_LISTEN ORPHAN_TTL_MS
  PACK_BELOW PROMETHEUS_PORT PROXY PUBLIC_GRPC PUBLIC_HTTP REDIS_URL RESULT_DATABASE_URL RESULT_TARGET SEGMENT_AGE_MS SERVER SERVICE_TOKEN STAGING_TTL_MS
  STORAGE_DIR STORE STORE_ALSO STREAM_IDLE_MS STREAM_MIN_RATE TLS_CA TLS_CERT TLS_CLIENT_CA TLS_KEY TOKEN TOKEN_KEY TRACE_LOG TRUSTED_PROXIES
  UPLOAD_EXPIRY_MS UPLOAD_TARGET URL WATCH_HEARTBEAT_MS WEBHOOKS_ALLOW_HTTP WEBHOOKS_ALLOW_PRIVATE
  WEBHOOKS_RETENTION_DAYS WEB_TOKEN
  WORKER_MEMORY_MB WORKER_NAME WORKER_PREFETCH WORKER_THREADS
`;

export const knownSettings: readonly string[] = names
  .trim()
  .split(/\s+/)
  .map((name) => `FILEMILL_${name}`);

/** Variables of the tests, and those that Kubernetes sets in every container for a service of that name. */
const foreign = /^FILEMILL_TEST_|_SERVICE_HOST$|_SERVICE_PORT(_\w+)?$|_PORT(_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)?$/;

/** Whether this is the name of a FILEMILL_* variable that nothing reads. */
export function isUnknown(name: string): boolean {
  return name.startsWith('FILEMILL_') && !foreign.test(name) && !knownSettings.includes(name.replace(/_FILE$/, ''));
}

/** A warning for each FILEMILL_* variable that nothing reads: a mistyped name would otherwise be ignored in silence. */
export function unknownSettings(env: NodeJS.ProcessEnv): readonly string[] {
  return Object.keys(env)
    .filter(isUnknown)
    .sort()
    .map((name) => {
      const near = nearest(name);
      return `${name} is not a setting and has no effect${near === undefined ? '' : `: did you mean ${near}?`}`;
    });
}

function nearest(name: string): string | undefined {
  const word = name.replace(/_FILE$/, '');
  const distances = knownSettings.map((known) => ({ known, distance: editDistance(word, known) }));
  const [best] = distances.sort((one, other) => one.distance - other.distance);
  // A name that differs in more than a third of its letters is another word.
  return best && best.distance <= (word.length - 'FILEMILL_'.length) / 3 ? best.known : undefined;
}

/** The Levenshtein distance, by the algorithm of Wagner and Fischer with one row in memory. */
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
