let aheadMs = 0;

/** Notes the server's clock: that of this machine may be wrong. */
export function noteServerTime(time: string | null | undefined): void {
  const ms = Date.parse(time ?? '');
  if (Number.isFinite(ms)) aheadMs = ms - Date.now();
}

/** In milliseconds. */
export function serverNow(): number {
  return Date.now() + aheadMs;
}
