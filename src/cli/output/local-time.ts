/**
 * `2026-11-30 13:05:09+01`: in the zone of this machine, in a form that --since takes. JSON keeps UTC.
 *
 * @param at RFC 3339; empty without
 * @param digits of the seconds after the point
 */
export function localTime(at: string | null | undefined, digits: 0 | 3 = 0): string {
  if (!at) return '';
  const time = Temporal.Instant.from(at).toZonedDateTimeISO(Temporal.Now.timeZoneId());
  const local = time.toPlainDateTime().toString({ fractionalSecondDigits: digits, roundingMode: 'trunc' });
  return local.replace('T', ' ') + zone(time.offset);
}

/** `2026-11-30 13:05+01` */
export function localMinute(at: string | null): string {
  return localTime(at).replace(/:\d\d(?=[+Z-])/, '');
}

/** `13:05:09.123+01` */
export function localClock(at: string | null): string {
  return localTime(at, 3).slice(11);
}

/** `Z`, `+01` or `+05:30`. */
function zone(offset: string): string {
  return offset === '+00:00' ? 'Z' : offset.replace(/:00$/, '');
}
