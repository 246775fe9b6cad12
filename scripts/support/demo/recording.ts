import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** What a terminal received, and when, in seconds from the beginning. */
export type Recording = readonly (readonly [at: number, text: string])[];

export const size = { columns: 108, rows: 30 } as const;

/** No pause is longer, so that nobody waits for a machine. Seconds. */
const longestPause = 1.2;
const keySeconds = 0.035;

/** What is shown as typed, and what runs. */
export interface Step {
  readonly typed: string;
  /** Shown before it, as a comment. */
  readonly remark?: string;
  readonly command: string;
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
  /** Called with all that was printed so far; once it answers true, the recording is over, and the program goes on. */
  readonly isEnough?: (printed: string) => boolean;
}

/** Runs a command on a terminal of its own, and records it after the typed line. `stop` ends it as Ctrl-C does. */
export async function record({ typed, remark, command, env, folder, isEnough = () => false }: Step) {
  const before = remark === undefined ? [] : [`\r\n\x1b[2m# ${remark}\x1b[0m\r\n`];
  const events: [number, string][] = [...before, ...prompt, ...typed].map((key, at) => [at * keySeconds, key]);
  let now = events.length * keySeconds + 0.4;
  events.push([now, '\r\n']);
  const shell = `stty cols ${size.columns} rows ${size.rows}; exec ${command}`;
  // `script`, of util-linux, gives a pseudo-terminal to a program that has none.
  const child = spawn('script', ['-qefc', shell, '/dev/null'], {
    env,
    cwd: folder,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  let last = performance.now();
  let printed = '';
  for await (const text of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    now += Math.min((performance.now() - last) / 1_000, longestPause);
    last = performance.now();
    printed += text;
    events.push([now, text]);
    if (isEnough(printed)) break;
  }
  const stop = async () => {
    child.stdout.resume();
    child.stdin.write('\x03');
    await closed;
  };
  return { events: events as Recording, stop };
}

const prompt = ['\x1b[32m$\x1b[0m', ' '];

/** One after the other, each a moment after the end of the one before. */
export function joined(recordings: readonly Recording[], pause: number): Recording {
  let start = 0;
  return recordings.flatMap((recording) => {
    const moved = recording.map(([at, text]) => [start + at, text] as const);
    start = (moved.at(-1)?.[0] ?? start) + pause;
    return moved;
  });
}

/** In the format of asciinema, version 2. */
export function castOf(recording: Recording, title: string): string {
  const header = { version: 2, width: size.columns, height: size.rows, title };
  const lines = recording.map(([at, text]) => JSON.stringify([Number(at.toFixed(3)), 'o', text]));
  return `${[JSON.stringify(header), ...lines].join('\n')}\n`;
}
