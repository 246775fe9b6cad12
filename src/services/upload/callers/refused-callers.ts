import { defaultTenant } from '#domain/access.ts';
import type { AuditBuffer } from '#platform/audit-buffer.ts';
import type { RefusedCall } from '#platform/rpc/guard/access.ts';

const windowMs = 60_000;
/** The addresses that are recorded in a window: whoever guesses tokens must not fill the audit. */
const mostAddresses = 20;

/**
 * Records refused credentials: the first of each address within a minute, and how many others there were. Credentials
 * themselves are not recorded, as a mistyped token is nearly a token.
 */
export class RefusedCallers {
  readonly #audit: Pick<AuditBuffer, 'add'>;
  #addresses = new Set<string>();
  #others = 0;
  #since = performance.now();

  constructor(audit: Pick<AuditBuffer, 'add'>) {
    this.#audit = audit;
  }

  note(call: RefusedCall): void {
    if (performance.now() - this.#since > windowMs) this.#nextWindow();
    if (this.#addresses.has(call.address) || this.#addresses.size >= mostAddresses) {
      this.#others += 1;
      return;
    }
    this.#addresses.add(call.address);
    this.#add(call, { rpc: call.rpc });
  }

  #nextWindow(): void {
    if (this.#others > 0) this.#add({ address: '', requestId: '' }, { others: this.#others });
    this.#addresses = new Set();
    this.#others = 0;
    this.#since = performance.now();
  }

  #add(call: Pick<RefusedCall, 'address' | 'requestId'>, detail: Readonly<Record<string, string | number>>): void {
    const { address, requestId } = call;
    this.#audit.add({
      actor: { kind: 'anonymous', id: '', name: '', address, requestId },
      tenant: defaultTenant,
      action: 'refuse_credentials',
      object: '',
      detail,
    });
  }
}
