import { FilemillError, type Reason } from '#domain/errors.ts';

/** A refusal of the server, or a failure to reach it. */
export class S3Fault extends Error {
  override readonly name = 'S3Fault';
  /** The status of HTTP; 0 without an answer. */
  readonly status: number;
  /** The server's own code, such as `SlowDown`, or that of the socket. */
  readonly code: string;

  constructor(status: number, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.code = code;
  }

  /** Whether the same request may succeed a moment later. */
  get passing(): boolean {
    return passingStatuses.has(this.status) || passingCodes.test(this.code);
  }
}

/** 0 stands for no answer: every request may be repeated. */
const passingStatuses: ReadonlySet<number> = new Set([0, 408, 409, 425, 429, 500, 502, 503, 504]);

/** Bytes that were damaged on the way are sent again; expired credentials are replaced. */
const passingCodes =
  /^(BadDigest|InvalidDigest|XAmzContentChecksumMismatch|RequestTimeout|ExpiredToken|IncompleteBody)$/;

/** The reasons for callers, whose sentences name no host, no bucket and no secret. */
const answers: readonly [RegExp, Reason, string][] = [
  [
    /^(SlowDown|ServiceUnavailable|RequestLimitExceeded|429)$/,
    'OVERLOADED',
    'The object store asks for fewer requests.',
  ],
  [
    /^(QuotaExceeded|InsufficientCapacity|TooManyBuckets|507)$/,
    'DISK_FULL',
    'The object store has no room: its quota is used up.',
  ],
  [/^EntityTooLarge$/, 'FILE_TOO_LARGE', 'The object store does not accept objects of this size.'],
  [/^NoSuchBucket$/, 'STORE_REFUSES', 'The bucket of the object store does not exist.'],
  [
    /^RequestTimeTooSkewed$/,
    'STORE_REFUSES',
    'The clock of the server differs too much from that of the object store.',
  ],
  [
    /^(InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|401)$/,
    'STORE_REFUSES',
    'The object store does not accept the credentials of the server.',
  ],
  [
    /^(AccessDenied|AccountProblem|403)$/,
    'STORE_REFUSES',
    'The credentials of the server do not permit this in the bucket of the object store.',
  ],
  [/^CredentialsMissing$/, 'STORE_REFUSES', 'The server has no credentials for the object store.'],
];

/** The error for callers. The server's own words stay in its cause, for the log. */
export function s3Error(fault: S3Fault): FilemillError {
  const { status, code } = fault;
  const [, reason, sentence] =
    answers.find(([said]) => said.test(code)) ??
    answers.find(([said]) => said.test(String(status))) ??
    (fault.passing
      ? ([/(?:)/, 'UNAVAILABLE', 'The object store does not respond.'] as const)
      : ([/(?:)/, 'STORE_REFUSES', 'The object store rejects requests of the server.'] as const));
  return new FilemillError(reason, sentence, { cause: fault, facts: { part: 's3', code } });
}
