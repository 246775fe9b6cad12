import { certain, type Guess, likely, type Page, possible } from './reading.ts';

/** Fields that mail programs write, and people do not. */
const technical = new Set(
  (
    'received return-path message-id mime-version delivered-to envelope-to dkim-signature arc-seal x-mailer ' +
    'x-mozilla-status x-mozilla-status2 x-account-key x-originating-ip x-received content-transfer-encoding x-mimeole ' +
    'x-sender x-apparently-to newsgroups xref nntp-posting-host list-id x-unsent thread-index x-uid x-uidl'
  ).split(' '),
);
const personal = new Set(['from', 'to', 'cc', 'bcc', 'subject', 'date', 'sender', 'reply-to', 'organization']);

/** A text of such a name that begins with a field is mail, whatever follows. */
const extensions = new Set(['eml', 'mht', 'mhtml', 'mail', 'nws']);

const fieldLine = /^([!-9;-~]{1,76}):(?:[ \t]|$)/;
const mboxLine = /^>?From (\S+(?: at \S+)?|- ?)\s*.{0,40}\b\d{4}\b/;
/** What git writes before each patch, where a mailbox has an address. */
const patchLine = /^From [\da-f]{40} Mon Sep 17 00:00:00 2001/;

/** Mail (RFC 5322), news, mailboxes and archived web pages (RFC 2557), by their header. */
export function mail(page: Page): Guess | undefined {
  const { body } = page;
  if (body.startsWith('From ')) return mailbox(page);
  if (!fieldLine.test(body.slice(0, 80))) return undefined;
  return message(headerOf(page.lines)) ?? (extensions.has(page.extension) ? possible('message/rfc822') : undefined);
}

function mailbox(page: Page): Guess | undefined {
  const [first = '', ...rest] = page.lines;
  if (patchLine.test(first)) return certain('text/x-diff');
  if (!mboxLine.test(first)) return undefined;
  const header = headerOf(rest);
  if (header.size < 2) return undefined;
  // Some programs keep a single message with the line that separates those of a mailbox.
  const isMessage = page.extension === 'eml' && !/\nFrom .*\d{4}\r?\n/.test(page.excerpt.slice(5));
  return certain(isMessage ? 'message/rfc822' : 'application/mbox');
}

function message(header: ReadonlyMap<string, string>): Guess | undefined {
  if (header.size < 2) return undefined;
  const names = [...header.keys()];
  const written = names.filter((name) => technical.has(name)).length;
  const people = names.filter((name) => personal.has(name)).length;
  const content = header.get('content-type') ?? '';
  if (isWebArchive(header, content)) return certain('multipart/related');
  if (header.has('newsgroups') && (header.has('path') || header.has('xref'))) return certain('message/news');
  const hasContent = content !== '' && header.has('mime-version');
  if (written + people >= 3 && written >= 1) return certain('message/rfc822');
  if (written >= 1 && (people >= 1 || hasContent)) return likely('message/rfc822');
  // Anybody may write such lines, so that others must not be among them.
  const isLetter = people >= 3 || (people >= 2 && header.has('from'));
  return isLetter && people * 2 >= names.length ? likely('message/rfc822') : undefined;
}

function isWebArchive(header: ReadonlyMap<string, string>, content: string): boolean {
  if (!/^multipart\/related\b/i.test(content)) return false;
  if (header.has('snapshot-content-location') || /^"?<saved by /i.test(header.get('from') ?? '')) return true;
  return !['to', 'received', 'message-id', 'return-path', 'cc'].some((name) => header.has(name));
}

/** The fields up to the first empty line, their names in lower case; none if other lines are between them. */
function headerOf(lines: readonly string[]): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let last = '';
  for (const line of lines) {
    if (line === '') break;
    if (/^[ \t]/.test(line) && fields.size > 0) {
      fields.set(last, `${fields.get(last)} ${line.trim()}`.slice(0, 1_000));
      continue;
    }
    const name = fieldLine.exec(line)?.[1];
    if (name === undefined) {
      // After enough fields, a line that is none is damage, as in many collections of old mail.
      if (fields.size >= 4) continue;
      return new Map();
    }
    last = name.toLowerCase();
    fields.set(last, line.slice(name.length + 1).trim());
  }
  return fields;
}
