import { setTimeout as delay } from 'node:timers/promises';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { audit, type Findings } from './audit.ts';
import type { Fault } from './fault.ts';
import type { Ledger } from './ledger.ts';
import { Load } from './load.ts';
import { Random } from './random.ts';
import type { System } from './system.ts';

export interface RoundOutcome extends Findings {
  /** How often the damage was seen to be done. */
  readonly injected: number;
  readonly acknowledged: number;
  /** From the damage until uploads went on and every file had come to its end. */
  readonly recoveryMs: number;
  /** Why the round proves nothing, if so. */
  readonly unproven: string | undefined;
}

/** Acknowledged before the fault, and again after it. */
const filesAround = 6;
const quietWithinMs = 120_000;

/** One fault under load, from a quiet system to a quiet system, and what the ledger says of it. */
export async function runRound<S extends System>(
  stack: S,
  ledger: Ledger,
  fault: Fault<S>,
  seed: string,
): Promise<RoundOutcome> {
  ledger.turnPage();
  const random = new Random(`${seed}/${fault.name}`);
  await fault.prepare?.(stack);
  const uploads = stack.channel.client(UploadService);
  const prefix = `${fault.name}-${seed.replaceAll('/', '-')}`;
  const load = new Load({ uploads, web: stack.web, ledger, random, prefix, ways: stack.ways, pauseMs: stack.pauseMs });
  const mustFail = new Map<string, string>();
  let injected = 0;
  let damagedAt = performance.now();
  let unproven: string | undefined;
  try {
    await load.acknowledges(filesAround);
    damagedAt = performance.now();
    await fault.inject({
      stack,
      load,
      ledger,
      random,
      injected(times = 1) {
        if (injected === 0) damagedAt = performance.now();
        injected += times;
      },
      mustFail: (id, errorCode) => mustFail.set(id, errorCode),
    });
    await load.acknowledges(filesAround);
  } catch (error) {
    unproven = error instanceof Error ? error.message : String(error);
    await stack.heal();
  }
  await load.stop();
  const { names, failures } = load;
  await untilQuiet(stack, names);
  const recoveryMs = performance.now() - damagedAt;
  await stack.heal();
  const findings = await audit(stack, { acknowledged: ledger.entries, names, mustFail });
  const missing = (await fault.missing?.(stack, names)) ?? [];
  await fault.cleanUp?.(stack);
  if (failures[0] !== undefined && !fault.refuses) unproven ??= `an upload was given up: ${failures[0].message}`;
  if (injected === 0) unproven ??= 'the fault was not seen to happen';
  const crashes = stack.takeCrashes();
  if (crashes.length > 0) unproven = [unproven, ...crashes].join('\n');
  const lost = [...findings.lost, ...missing];
  return { ...findings, lost, injected, acknowledged: ledger.entries.length, recoveryMs, unproven };
}

/** Returns when no file of the round is on its way, or when waiting any longer is pointless: the audit will tell. */
export async function untilQuiet({ postgres }: System, names: readonly string[]): Promise<void> {
  for (const giveUpAt = performance.now() + quietWithinMs; performance.now() < giveUpAt; await delay(50)) {
    const [row] = await postgres.query<{ open: number }>(
      `select count(*)::int as open from files where status in ('PENDING', 'PROCESSING') and filename = any ($1)`,
      [names],
    );
    if (row?.open === 0) return;
  }
}
