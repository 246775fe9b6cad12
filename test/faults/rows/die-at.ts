import { setTimeout as delay } from 'node:timers/promises';
import type { Failpoint } from '#platform/failpoints.ts';
import type { Scene } from '../fault.ts';
import { deathOf, type ProcessName } from '../stack.ts';

interface Death {
  /** Which time it comes by the failpoint. */
  readonly pass?: number;
  /** Whether it has to be started anew to come by. */
  readonly atBoot?: boolean;
  /** How long it is away. */
  readonly awayMs?: number;
  /** Makes it come by, if the load does not. */
  readonly provoke?: () => Promise<void>;
}

/** Sees the process die at the failpoint, and starts it again. */
export async function dieAt(
  { stack, injected }: Scene,
  name: ProcessName,
  failpoint: Failpoint,
  { pass = 1, atBoot = false, awayMs = 0, provoke }: Death = {},
): Promise<void> {
  if (atBoot) await stack.restartArmed(name, failpoint, `kill:${pass}`);
  else stack.arm(name, failpoint, `kill:${pass}`);
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
