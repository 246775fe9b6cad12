import { attemptFailures } from '#domain/errors.ts';
import { Counter, Gauge, Histogram, ObservedCounter, serviceNames } from './instrument.ts';

/**
 * Everything that Filemill measures. docs/operations.md has the same table for operators, and a test holds them together.
 * No label may hold what users send: an id, a name, a path, a tenant or an address.
 */

/** Seconds of a call or a statement. */
const callSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];
/** Seconds of a file's way, from milliseconds to a night behind a backlog. */
const fileSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200, 28_800];
/** Seconds of an analysis: small texts take microseconds. */
const analysisSeconds = [0.000_05, 0.000_1, 0.000_25, 0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 30, 120];
const batchSizes = [1, 2, 5, 10, 20, 50, 100, 200, 500];

const everywhere = serviceNames;
const withStores = ['upload', 'metadata', 'worker', 'result'] as const;
const withDatabase = ['metadata', 'result'] as const;

const files = {
  filesAccepted: new Counter({
    name: 'filemill.files.accepted',
    unit: '{file}',
    description: 'Files whose bytes are durable and whose row is committed.',
    services: ['upload'],
  }),
  bytesAccepted: new Counter({
    name: 'filemill.accepted',
    unit: 'By',
    description: 'Bytes of accepted files.',
    services: ['upload'],
  }),
  filesDuplicate: new Counter({
    name: 'filemill.files.duplicate',
    unit: '{file}',
    description: 'Uploads answered with a file that was there already.',
    services: ['upload'],
  }),
  filesRefused: new Counter({
    name: 'filemill.files.refused',
    unit: '{file}',
    description: 'Files that were refused within a stream of many.',
    services: ['upload'],
    labels: ['reason'],
  }),
  uploadDuration: new Histogram({
    name: 'filemill.file.upload.duration',
    unit: 's',
    description: 'From the beginning of an upload to its acknowledgement. Files of one message share their time.',
    services: ['upload'],
    buckets: fileSeconds,
  }),
  waitDuration: new Histogram({
    name: 'filemill.file.wait.duration',
    unit: 's',
    description: 'From when a file was due, by its acknowledgement or after a pause, to its claim.',
    services: ['metadata'],
    buckets: fileSeconds,
  }),
  claimDuration: new Histogram({
    name: 'filemill.claim.duration',
    unit: 's',
    description: 'A call of a worker that claims named files.',
    services: ['worker'],
    buckets: callSeconds,
  }),
  analysisDuration: new Histogram({
    name: 'filemill.file.analysis.duration',
    unit: 's',
    description: 'The pass over a file, or its findings in a process of their own. Files of one batch share its time.',
    services: ['worker'],
    labels: ['step'],
    buckets: analysisSeconds,
  }),
  saveDuration: new Histogram({
    name: 'filemill.save.duration',
    unit: 's',
    description: 'A call of a worker that saves the results of a batch.',
    services: ['worker'],
    buckets: callSeconds,
  }),
  completionDuration: new Histogram({
    name: 'filemill.file.completion.duration',
    unit: 's',
    description: 'From the acknowledgement of a file to COMPLETED.',
    services: ['result'],
    buckets: fileSeconds,
  }),
  filesCompleted: new Counter({
    name: 'filemill.files.completed',
    unit: '{file}',
    description: 'Files that became COMPLETED.',
    services: ['result'],
  }),
  bytesCompleted: new Counter({
    name: 'filemill.completed',
    unit: 'By',
    description: 'Bytes of files that became COMPLETED.',
    services: ['result'],
  }),
  filesFailed: new Counter({
    name: 'filemill.files.failed',
    unit: '{file}',
    description: 'Files that became FAILED.',
    services: ['metadata'],
    labels: ['reason'],
    zeros: attemptFailures.map((reason) => ({ reason })),
  }),
  attemptsFailed: new Counter({
    name: 'filemill.attempts.failed',
    unit: '{attempt}',
    description: 'Attempts that did not complete their file.',
    services: ['worker'],
    labels: ['reason'],
    zeros: attemptFailures.map((reason) => ({ reason })),
  }),
  findingsFailed: new Counter({
    name: 'filemill.findings.failed',
    unit: '{finding}',
    description: 'Analysers that failed for files completed without their findings.',
    services: ['worker'],
    labels: ['analyzer'],
  }),
} as const;

const backlog = {
  files: new Gauge({
    name: 'filemill.files',
    unit: '{file}',
    description: 'Files by state.',
    services: ['metadata'],
    labels: ['state'],
  }),
  fileBytes: new Gauge({
    name: 'filemill.files.size',
    unit: 'By',
    description: 'Bytes of files by state.',
    services: ['metadata'],
    labels: ['state'],
  }),
  oldestAge: new Gauge({
    name: 'filemill.files.oldest.age',
    unit: 's',
    description: 'How long the oldest PENDING file has been due, and the oldest PROCESSING one claimed.',
    services: ['metadata'],
    labels: ['state'],
  }),
  workers: new Gauge({
    name: 'filemill.workers',
    unit: '{worker}',
    description: 'Workers with a heartbeat within the last 15 seconds.',
    services: ['metadata'],
  }),
  leasesExpired: new Counter({
    name: 'filemill.leases.expired',
    unit: '{lease}',
    description: 'Leases that ended because their worker fell silent.',
    services: ['metadata'],
  }),
  writesFenced: new Counter({
    name: 'filemill.writes.fenced',
    unit: '{write}',
    description: 'Writes refused because their lease had passed to another attempt.',
    services: ['metadata', 'result'],
    labels: ['write'],
    zeros: ['save', 'fail', 'renew', 'release'].map((write) => ({ write })),
  }),
  rings: new Counter({
    name: 'filemill.rings',
    unit: '{ring}',
    description: 'Rings sent to Redis: first ones, and repeated ones for files that stayed PENDING.',
    services: ['upload', 'metadata'],
    labels: ['occasion'],
    zeros: ['first', 'repeated'].map((occasion) => ({ occasion })),
  }),
  batchSize: new Histogram({
    name: 'filemill.batch.size',
    unit: '{item}',
    description: 'Items that shared one call, statement or sync.',
    services: withStores,
    labels: ['batch'],
    buckets: batchSizes,
  }),
} as const;

const machines = {
  volumeFree: new Gauge({
    name: 'filemill.volume.free',
    unit: 'By',
    description: 'Bytes free on the volume.',
    services: ['upload'],
  }),
  volumeSize: new Gauge({
    name: 'filemill.volume.size',
    unit: 'By',
    description: 'Bytes of the whole volume.',
    services: ['upload'],
  }),
  volumeReserve: new Gauge({
    name: 'filemill.volume.reserve',
    unit: 'By',
    description: 'Free bytes below which uploads are refused (FILEMILL_DISK_RESERVE).',
    services: ['upload'],
  }),
  uploadPlaces: new Gauge({
    name: 'filemill.upload.places',
    unit: '{upload}',
    description: 'Places for uploads at the same time.',
    services: ['upload'],
    labels: ['use'],
  }),
  incompleteUploads: new Gauge({
    name: 'filemill.incomplete_uploads',
    unit: '{upload}',
    description: 'Resumable uploads that are not complete.',
    services: ['upload'],
  }),
  incompleteBytes: new Gauge({
    name: 'filemill.incomplete_upload',
    unit: 'By',
    description: 'Bytes of incomplete uploads.',
    services: ['upload'],
  }),
  uploadsGivenUp: new Counter({
    name: 'filemill.incomplete_uploads.given_up',
    unit: '{upload}',
    description: 'Abandoned uploads that were removed to make room.',
    services: ['upload'],
  }),
  retentionFiles: new Counter({
    name: 'filemill.retention.files',
    unit: '{file}',
    description: 'Files that retention rules removed, or of which they removed the bytes alone.',
    services: ['metadata'],
    labels: ['what'],
  }),
  webhookMessages: new Counter({
    name: 'filemill.webhook.messages',
    unit: '{message}',
    description: 'Attempts to tell a webhook of an event, by what came of them.',
    services: ['metadata'],
    labels: ['event', 'outcome'],
  }),
  webhookPauses: new Counter({
    name: 'filemill.webhook.pauses',
    unit: '{pause}',
    description: 'Times at which a webhook paused because its receiver failed, or asked for it.',
    services: ['metadata'],
  }),
  webhooksDisabled: new Counter({
    name: 'filemill.webhooks.disabled',
    unit: '{webhook}',
    description: 'Webhooks that were disabled because their receiver is gone.',
    services: ['metadata'],
  }),
  analysisThreads: new Gauge({
    name: 'filemill.analysis.threads',
    unit: '{thread}',
    description: 'Threads of the analysis.',
    services: ['worker'],
    labels: ['use'],
  }),
  isolates: new Gauge({
    name: 'filemill.analysis.processes',
    unit: '{process}',
    description: 'Processes that analyse a document or a suspect.',
    services: ['worker'],
  }),
  claimsHeld: new Gauge({
    name: 'filemill.claims.held',
    unit: '{file}',
    description: 'Files that a worker holds.',
    services: ['worker'],
  }),
} as const;

const stores = {
  storeUp: new Gauge({
    name: 'filemill.store.up',
    unit: '1',
    description: 'Whether a store served at the latest attempt of this service: 1 or 0.',
    services: withStores,
    labels: ['store'],
  }),
  storeOutages: new Counter({
    name: 'filemill.store.outages',
    unit: '{outage}',
    description: 'Times that a store stopped serving this service.',
    services: withStores,
    labels: ['store'],
    zeros: [{ store: 'postgresql' }, { store: 'redis' }],
  }),
  storeConnects: new Counter({
    name: 'filemill.store.connects',
    unit: '{connection}',
    description: 'Connections that were made to a store.',
    services: withStores,
    labels: ['store'],
  }),
  operationDuration: new Histogram({
    name: 'db.client.operation.duration',
    unit: 's',
    description: 'A statement of PostgreSQL or a command of Redis; `read` waits for rings.',
    services: withStores,
    labels: ['db.system.name', 'db.operation.name', 'error.type'],
    buckets: callSeconds,
  }),
  connections: new Gauge({
    name: 'db.client.connection.count',
    unit: '{connection}',
    description: 'Connections to PostgreSQL.',
    services: withDatabase,
    labels: ['db.client.connection.pool.name', 'db.client.connection.state'],
  }),
  connectionLimit: new Gauge({
    name: 'db.client.connection.max',
    unit: '{connection}',
    description: 'The most connections to PostgreSQL (FILEMILL_DATABASE_POOL).',
    services: withDatabase,
    labels: ['db.client.connection.pool.name'],
  }),
  connectionWaits: new Gauge({
    name: 'db.client.connection.pending_requests',
    unit: '{request}',
    description: 'Statements that wait for a connection.',
    services: withDatabase,
    labels: ['db.client.connection.pool.name'],
  }),
} as const;

const calls = {
  rpcDuration: new Histogram({
    name: 'rpc.server.call.duration',
    unit: 's',
    description: 'A gRPC call, streams until their end; `error_type` is its reason, or CANCELLED.',
    services: withStores,
    labels: ['rpc.method', 'error.type'],
    buckets: callSeconds,
  }),
  httpDuration: new Histogram({
    name: 'http.server.request.duration',
    unit: 's',
    description: 'An HTTP request, event streams until their end.',
    services: ['web'],
    labels: ['http.request.method', 'http.route', 'http.response.status_code'],
    buckets: callSeconds,
  }),
  httpProblems: new Counter({
    name: 'filemill.http.problems',
    unit: '{request}',
    description: 'HTTP requests that were refused or failed.',
    services: ['web'],
    labels: ['reason'],
  }),
  sharedCalls: new Counter({
    name: 'filemill.shared_calls',
    unit: '{call}',
    description: 'Calls to another service that several requests share.',
    services: ['upload'],
    labels: ['rpc.method'],
  }),
} as const;

const process = {
  cpuTime: new ObservedCounter({
    name: 'process.cpu.time',
    unit: 's',
    description: 'Processor time of the process, its threads included.',
    services: everywhere,
    labels: ['cpu.mode'],
  }),
  memory: new Gauge({
    name: 'process.memory.usage',
    unit: 'By',
    description: 'Resident memory.',
    services: everywhere,
  }),
  uptime: new Gauge({
    name: 'process.uptime',
    unit: 's',
    description: 'Time since the process started.',
    services: everywhere,
  }),
  heapUsed: new Gauge({
    name: 'v8js.memory.heap.used',
    unit: 'By',
    description: 'Heap of the main thread in use.',
    services: everywhere,
  }),
  heapLimit: new Gauge({
    name: 'v8js.memory.heap.limit',
    unit: 'By',
    description: 'The most heap that the main thread may have.',
    services: everywhere,
  }),
  loopUtilization: new Gauge({
    name: 'nodejs.eventloop.utilization',
    unit: '1',
    description: 'Share of the time since the last collection in which the event loop was busy.',
    services: everywhere,
  }),
  loopDelayP99: new Gauge({
    name: 'nodejs.eventloop.delay.p99',
    unit: 's',
    description: 'Delay of the event loop in the last one or two minutes, 99th percentile.',
    services: everywhere,
  }),
  loopDelayMax: new Gauge({
    name: 'nodejs.eventloop.delay.max',
    unit: 's',
    description: 'The longest delay of the event loop in the last one or two minutes.',
    services: everywhere,
  }),
} as const;

export const instruments = { ...files, ...backlog, ...machines, ...stores, ...calls, ...process } as const;
