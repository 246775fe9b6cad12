import { createWriteStream, mkdirSync, openSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';

/** A larger log is rotated: it becomes `NAME.log.1`, that one `NAME.log.2`, and that one is gone. */
const largestLog = 32 * 1024 * 1024;
const keptLogs = 2;

/** Lines kept in memory to explain a failed start. */
const tailLines = 20;

/** A longer line is cut: it is no record of ours. */
const longestLine = 1024 * 1024;

export interface LogLine {
  /** `info`, `warn`, …; `raw` for anything but a log record, such as a stack trace. */
  readonly level: string;
  /** Whether it tells the end of what was warned of. */
  readonly isRecovery: boolean;
  readonly text: string;
}

/** Writes the output of one service to a file, and shows what matters. */
export class ServiceLog {
  readonly path: string;
  readonly #show: (line: LogLine) => void;
  readonly #largest: number;
  #file: WriteStream;
  #bytes: number;
  #tail: string[] = [];

  constructor(path: string, show: (line: LogLine) => void, largest = largestLog) {
    this.path = path;
    this.#show = show;
    this.#largest = largest;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    this.#file = this.#open();
  }

  read(stream: Readable): void {
    let rest = '';
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      const end = chunk.lastIndexOf('\n') + 1;
      if (end > 0) this.#take(rest + chunk.slice(0, end));
      rest = (end > 0 ? '' : rest) + chunk.slice(end);
      if (rest.length <= longestLine) return;
      this.#take(`${rest}\n`);
      rest = '';
    });
    stream.on('end', () => rest !== '' && this.#take(`${rest}\n`));
  }

  tail(): string {
    return this.#tail.map((line) => parseLine(line).text).join('\n');
  }

  close(): void {
    this.#file.end();
  }

  /** Whole lines. Thousands a second may be of no interest here, and are not parsed. */
  #take(text: string): void {
    this.#file.write(text);
    const lines = text.slice(0, -1).split('\n');
    for (const line of lines) this.#show(parseLine(line));
    this.#tail = [...this.#tail, ...lines.slice(-tailLines)].slice(-tailLines);
    this.#bytes += text.length;
    if (this.#bytes > this.#largest) this.#rotate();
  }

  #rotate(): void {
    this.#file.end();
    this.#file = this.#open();
  }

  #open(): WriteStream {
    if (this.#bytes > this.#largest) {
      for (let n = keptLogs; n > 0; n--)
        moveIfThere(n === 1 ? this.path : `${this.path}.${n - 1}`, `${this.path}.${n}`);
      this.#bytes = 0;
    }
    const file = createWriteStream(this.path, { flags: 'a', mode: 0o600, ...openedNow(this.path) });
    // A full disk must not end the supervisor.
    file.on('error', () => undefined);
    return file;
  }
}

/** Opened before the next rotation can move it; a failure is that of the stream. */
function openedNow(path: string): { readonly fd?: number } {
  try {
    return { fd: openSync(path, 'a', 0o600) };
  } catch {
    return {};
  }
}

function moveIfThere(from: string, to: string): void {
  if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, to);
}

/** Reads the level of a record of pino; its text, `message  key=value …`, only when it is asked for. */
export function parseLine(line: string): LogLine {
  const level = /^\{"level":"([a-z]+)"/.exec(line)?.[1] ?? 'raw';
  return {
    level,
    // Names of users cannot hold it, as JSON escapes their quotes.
    isRecovery: level !== 'raw' && line.includes('"recovered":true'),
    get text() {
      return level === 'raw' ? printable(line) : textOf(line);
    },
  };
}

function textOf(line: string): string {
  try {
    const {
      level: _level,
      msg,
      time: _time,
      service: _service,
      pid: _pid,
      recovered: _recovered,
      ...rest
    } = JSON.parse(line) as Record<string, unknown>;
    const facts = Object.entries(rest).map(([key, value]) => `${key}=${describe(value)}`);
    return printable([msg, ...facts].join('  '));
  } catch {
    return printable(line);
  }
}

function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'message' in value) return String(value.message);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Messages may quote what users send, which must not control the terminal. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  return text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]+/g, ' ');
}
