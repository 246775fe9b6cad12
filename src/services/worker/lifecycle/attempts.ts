import { maxBatchItems } from '#contract/requests.ts';
import type { FailedAttempt, Finding, Lease, LeaseOutcome, SaveOutcome } from '#domain/file.ts';
import {
  FileLifecycleService,
  LeaseOutcome as LeaseWord,
} from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import {
  ResultWriterService,
  SaveResultsResponse_Outcome as SaveWord,
} from '#gen/filemill/internal/v1/result_writer_service_pb.ts';
import { Batcher } from '#platform/batcher.ts';
import type { CallOptions } from '#platform/rpc/call-options.ts';
import type { RpcChannel, RpcClient } from '#platform/rpc/client.ts';
import { type RetryOptions, withRetry } from '#platform/rpc/retry.ts';
import { instruments } from '#platform/telemetry/instruments.ts';
import type { Span } from '#platform/telemetry/span.ts';
import { inSpans, startShared } from '#platform/telemetry/traces.ts';

const callTimeoutMs = 10_000;
/** Keeps a batch of results well below the largest message. */
const maxBatch = 500;

/**
 * Ends attempts, in batches. All calls are idempotent, and retried until an answer comes, an error is permanent, or
 * the lease ends.
 */
export class AttemptsClient {
  readonly #lifecycle: RpcClient<typeof FileLifecycleService>;
  readonly #save: Batcher<Traced<Finding>, SaveOutcome>;
  readonly #fail: Batcher<Traced<FailedAttempt>, LeaseOutcome>;

  constructor(metadata: RpcChannel, result: RpcChannel) {
    const lifecycle = metadata.client(FileLifecycleService);
    const writer = result.client(ResultWriterService);
    this.#lifecycle = lifecycle;
    this.#save = new Batcher((findings) => saveAll(writer, findings), { name: 'save', maxBatch });
    this.#fail = new Batcher((attempts) => failAll(lifecycle, attempts), { name: 'fail', maxBatch });
  }

  /** Outcomes in the order of `findings`. */
  async saveAll(findings: readonly Traced<Finding>[], held: Held): Promise<readonly SaveOutcome[]> {
    return await withRetry(() => this.#save.addAll(findings), whileHeld(held));
  }

  async fail(attempt: Traced<FailedAttempt>, held: Held): Promise<LeaseOutcome> {
    return await withRetry(() => this.#fail.add(attempt), whileHeld(held));
  }

  /** Does not retry, as renewals are periodic. */
  async renew(
    leases: readonly Lease[],
    options: CallOptions,
  ): Promise<{ outcomes: readonly LeaseOutcome[]; leaseMs: number }> {
    const { outcomes, leaseMs } = await this.#lifecycle.renewLeases({ leases: leases.map(leaseRef) }, options);
    return { outcomes: outcomes.map(leaseOutcome), leaseMs };
  }

  /** Announces that the file begins alone: if its lease expires, the attempt stays counted. */
  async beginAlone(lease: Lease, signal: AbortSignal): Promise<{ outcome: LeaseOutcome; leaseMs: number }> {
    const request = { leases: [leaseRef(lease)], begunAlone: true };
    const call = () => this.#lifecycle.renewLeases(request, { signal, timeoutMs: callTimeoutMs });
    const { outcomes, leaseMs } = await withRetry(call, { signal, forMs: Number.POSITIVE_INFINITY });
    return { outcome: outcomes[0] === undefined ? 'FENCED' : leaseOutcome(outcomes[0]), leaseMs };
  }

  /** Releases unused claims. */
  async release(leases: readonly Lease[], { forMs }: { forMs: number }): Promise<void> {
    const signal = AbortSignal.timeout(forMs);
    for (let from = 0; from < leases.length; from += maxBatchItems) {
      const batch = leases.slice(from, from + maxBatchItems).map(leaseRef);
      const call = () => this.#lifecycle.releaseFiles({ leases: batch }, { signal, timeoutMs: forMs });
      await withRetry(call, { signal, forMs });
    }
  }
}

/** With the span of the attempt, if its file is traced. */
type Traced<Item> = Item & { readonly span?: Span | undefined };

/** A lease holder; its signal is read only when a call fails. */
interface Held {
  readonly signal: AbortSignal;
}

function whileHeld(held: Held): RetryOptions {
  return {
    get signal() {
      return held.signal;
    },
    forMs: Number.POSITIVE_INFINITY,
  };
}

async function saveAll(
  writer: RpcClient<typeof ResultWriterService>,
  findings: readonly Traced<Finding>[],
): Promise<SaveOutcome[]> {
  const columns = {
    fileIds: findings.map(({ id }) => id),
    leaseTokens: findings.map(({ leaseToken }) => leaseToken),
    mimeTypes: findings.map(({ mimeType }) => mimeType),
    sha256s: findings.map(({ sha256 }) => sha256),
    outputJsons: findings.map(({ outputJson }) => outputJson),
  };
  const shared = startShared(
    'SaveResults',
    findings.map(({ span }) => span),
  );
  const call = () => writer.saveResults(columns, { timeoutMs: callTimeoutMs, trace: shared.trace });
  const sentAt = performance.now();
  const { outcomes, reasons } = await inSpans([shared], call);
  instruments.saveDuration.record((performance.now() - sentAt) / 1_000);
  const words = reasons.values();
  return outcomes.map((outcome) => saveOutcome(outcome, words));
}

async function failAll(lifecycle: RpcClient<typeof FileLifecycleService>, attempts: readonly Traced<FailedAttempt>[]) {
  const items = attempts.map(({ span: _, ...attempt }) => attempt);
  const shared = startShared(
    'FailAttempts',
    attempts.map(({ span }) => span),
  );
  const call = () => lifecycle.failAttempts({ items }, { timeoutMs: callTimeoutMs, trace: shared.trace });
  return (await inSpans([shared], call)).outcomes.map(leaseOutcome);
}

function leaseRef({ id, leaseToken }: Lease): Lease {
  return { id, leaseToken };
}

/** An unknown outcome counts as a lost lease: dropping work is always safe. */
function leaseOutcome(word: LeaseWord): LeaseOutcome {
  if (word === LeaseWord.DONE) return 'DONE';
  return word === LeaseWord.GONE ? 'GONE' : 'FENCED';
}

function saveOutcome(outcome: SaveWord, reasons: Iterator<string>): SaveOutcome {
  switch (outcome) {
    case SaveWord.SAVED:
      return { outcome: 'SAVED' };
    case SaveWord.ALREADY_SAVED:
      return { outcome: 'ALREADY_SAVED' };
    case SaveWord.INVALID:
      return { outcome: 'INVALID', message: reasons.next().value ?? '' };
    case SaveWord.GONE:
      return { outcome: 'GONE' };
    default:
      return { outcome: 'FENCED' };
  }
}
