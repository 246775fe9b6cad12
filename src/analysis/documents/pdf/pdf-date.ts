/** D:YYYYMMDDHHmmSSOHH'mm' (ISO 32000-2, 7.9.4), of which everything behind the year may be missing. */
const pattern = /^(?:D:)?\s*(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?\s*(?:(Z)|([+-])(\d\d)'?(\d\d)?)?/;

/** A date of a PDF in RFC 3339, without its time if the zone is unknown; an empty string if it is no date. */
export function pdfDate(text: string): string {
  const [, year, month, day, hour, minute, second = '00', utc, sign, zoneHour, zoneMinute = '00'] =
    pattern.exec(text.trim()) ?? [];
  if (year === undefined) return '';
  const date = `${year}-${month}-${day}`;
  const zone = utc ?? (sign === undefined ? undefined : `${sign}${zoneHour}:${zoneMinute}`);
  const full = hour === undefined || zone === undefined ? date : `${date}T${hour}:${minute}:${second}${zone}`;
  return Number.isNaN(Date.parse(full)) ? '' : full;
}
