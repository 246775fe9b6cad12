import { setTimeout as delay } from 'node:timers/promises';
import type { Failpoint } from '#platform/failpoints.ts';
import type { Scene } from '../fault.ts';
import { deathOf, type ProcessName } from '../stack.ts';

interface Death {
  /** Which time it comes by the failpoint. */
  readonly pass?: number;
  /** How long it is away. */
  readonly awayMs?: number;
  /** Makes it come by, if the load does not. */
  readonly provoke?: () => Promise<void>;
}

/** Starts the process anew, sees it die at the failpoint, and starts it again. */
export async function dieAt(
  { stack, injected }: Scene,
  name: ProcessName,
  failpoint: Failpoint,
  { pass = 1, awayMs = 0, provoke }: Death = {},
): Promise<void> {
  await stack.arm(name, failpoint, `kill:${pass}`);
  await provoke?.();
  const death = await Promise.race([deathOf(stack.process(name)), patience()]);
  // Nobody else kills: it was the failpoint.
  if (death !== 'SIGKILL') throw new Error(`${name} did not come by ${failpoint} ${pass} times`);
  injected();
  await delay(awayMs);
  await stack.start(name);
}

async function patience(): Promise<undefined> {
  return await delay(30_000, undefined, { ref: false });
}
