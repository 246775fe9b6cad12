import { createWriteStream, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** A larger log is rotated to `NAME.log.1` when its service restarts. */
const largestLog = 16 * 1024 * 1024;

/** Lines kept in memory to explain a failed start. */
const tailLines = 20;

export interface LogLine {
  /** `info`, `warn`, …; `raw` for anything but a log record, such as a stack trace. */
  readonly level: string;
  readonly text: string;
}

/** Writes the output of one service to a file, and shows what matters. */
export class ServiceLog {
  readonly path: string;
  readonly #file: WriteStream;
  readonly #show: (line: LogLine) => void;
  readonly #tail: string[] = [];

  constructor(path: string, show: (line: LogLine) => void) {
    this.path = path;
    this.#show = show;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > largestLog) renameSync(path, `${path}.1`);
    this.#file = createWriteStream(path, { flags: 'a', mode: 0o600 });
    // A full disk must not end the supervisor.
    this.#file.on('error', () => undefined);
  }

  read(stream: Readable): void {
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
      this.#file.write(`${line}\n`);
      const parsed = parseLine(line);
      this.#tail.push(parsed.text);
      if (this.#tail.length > tailLines) this.#tail.shift();
      this.#show(parsed);
    });
  }

  tail(): string {
    return this.#tail.join('\n');
  }

  close(): void {
    this.#file.end();
  }
}

/** Turns a JSON record of pino into `message key=value …`. */
export function parseLine(line: string): LogLine {
  try {
    const {
      level,
      msg,
      time: _time,
      service: _service,
      pid: _pid,
      ...rest
    } = JSON.parse(line) as Record<string, unknown>;
    if (typeof level !== 'string') return { level: 'raw', text: printable(line) };
    const facts = Object.entries(rest).map(([key, value]) => `${key}=${describe(value)}`);
    return { level, text: printable([msg, ...facts].join('  ')) };
  } catch {
    return { level: 'raw', text: printable(line) };
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
