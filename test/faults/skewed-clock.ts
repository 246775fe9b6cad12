/** Preloaded into a service: moves its wall clock by FAULT_CLOCK_SKEW_MS, and with it that of its volume, as a wrongly set machine would. */
import crypto from 'node:crypto';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const skewMs = Number(process.env.FAULT_CLOCK_SKEW_MS);
const RealDate = Date;

class SkewedDate extends RealDate {
  constructor(...given: unknown[]) {
    if (given.length === 0) super(SkewedDate.now());
    else super(...(given as [number]));
  }

  static override now(): number {
    return RealDate.now() + skewMs;
  }
}

globalThis.Date = SkewedDate as DateConstructor;

/** Begins with the Unix time in milliseconds, 48 bits (RFC 9562, section 5.7). */
const mint = crypto.randomUUIDv7;
crypto.randomUUIDv7 = (...given: Parameters<typeof mint>) => {
  const time = SkewedDate.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}${mint(...given).slice(13)}` as ReturnType<typeof mint>;
};

const { stat } = fs;
fs.stat = (async (...given: Parameters<typeof stat>) => {
  const stats = await stat(...given);
  if (typeof stats?.mtimeMs === 'number') stats.mtimeMs += skewMs;
  return stats;
}) as typeof stat;
syncBuiltinESMExports();
