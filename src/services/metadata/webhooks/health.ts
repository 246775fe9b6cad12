import type { WebhookHealth } from '#adapters/postgres/webhooks/outbox.ts';
import type { Answer } from '#domain/webhook.ts';

/** After so many failures without a success in between, a receiver counts as down: calls pause instead of using up attempts. */
const failuresToPause = 10;
const firstPauseMs = 1_000;
const longestPauseMs = 5 * 60_000;

/** What the answers of a receiver say of it. */
export class Health {
  #failures: number;
  readonly #mostFailures: number;
  #failure = '';
  #succeeded = false;
  #pauseMs = 0;
  #disabledReason = '';
  #isNew = false;

  /** @param failures since the latest success */
  constructor(failures: number) {
    this.#failures = failures;
    // Calls at the same time fail together: that is one sign, not sixteen.
    this.#mostFailures = Math.max(failuresToPause, failures + 1);
  }

  /** Whether the receiver may be called. */
  get goesOn(): boolean {
    return this.#pauseMs === 0 && this.#disabledReason === '';
  }

  /** Whether it was down, and has not answered yet. */
  get isProbing(): boolean {
    return this.#failures >= failuresToPause;
  }

  note({ error, gone = false, pauseMs = 0 }: Answer): void {
    this.#isNew = true;
    if (error === '') {
      this.#failures = 0;
      this.#succeeded = true;
      return;
    }
    this.#failure = error;
    this.#failures = Math.min(this.#failures + 1, this.#mostFailures);
    if (gone) this.#disabledReason = 'The receiver answered 410: it is gone.';
    const down = this.#failures >= failuresToPause ? pauseAfter(this.#failures - failuresToPause) : 0;
    this.#pauseMs = Math.max(this.#pauseMs, pauseMs, down);
  }

  /** What there is to save; undefined if nothing happened since. */
  take(): WebhookHealth | undefined {
    if (!this.#isNew) return undefined;
    const health = {
      failures: this.#failures,
      pauseMs: this.#pauseMs,
      failure: this.#failure,
      succeeded: this.#succeeded,
      disabledReason: this.#disabledReason,
    };
    this.#isNew = false;
    this.#failure = '';
    this.#succeeded = false;
    return health;
  }
}

/** Doubles each time, less up to a quarter, so that receivers that failed together are not called together. */
function pauseAfter(failedProbes: number): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failedProbes, 16)) * (1 - Math.random() / 4);
}
