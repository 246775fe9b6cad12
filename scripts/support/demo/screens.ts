import headless from '@xterm/headless';
import { type Recording, size } from './recording.ts';

/** Letters of one look, from a column on. */
export interface Run {
  readonly column: number;
  readonly text: string;
  readonly colour: number | undefined;
  readonly isBold: boolean;
  readonly isDim: boolean;
}

/** What a terminal shows from a moment on. Seconds. */
export interface Screen {
  readonly at: number;
  readonly lines: readonly (readonly Run[])[];
}

/** Changes that follow closer are one picture. Seconds. */
const closest = 0.07;

/** What a terminal shows while it plays a recording. */
export async function screensOf(recording: Recording): Promise<readonly Screen[]> {
  const terminal = new headless.Terminal({ cols: size.columns, rows: size.rows, allowProposedApi: true });
  const screens: Screen[] = [];
  for (const [index, [at, text]] of recording.entries()) {
    await new Promise<void>((resolve) => terminal.write(text, resolve));
    const next = recording[index + 1]?.[0] ?? Number.POSITIVE_INFINITY;
    if (next - at >= closest || at - (screens.at(-1)?.at ?? 0) >= closest)
      screens.push({ at, lines: linesOf(terminal) });
  }
  return screens;
}

function linesOf(terminal: headless.Terminal): readonly (readonly Run[])[] {
  const { active } = terminal.buffer;
  return Array.from({ length: size.rows }, (_, row) => {
    const line = active.getLine(active.viewportY + row);
    return line === undefined ? [] : runsOf(line);
  });
}

function runsOf(line: NonNullable<ReturnType<headless.Terminal['buffer']['active']['getLine']>>): readonly Run[] {
  const runs: Run[] = [];
  for (let column = 0; column < size.columns; column++) {
    const cell = line.getCell(column);
    if (cell === undefined || cell.getWidth() === 0) continue;
    const colour = cell.isFgPalette() ? cell.getFgColor() : undefined;
    const look = { colour, isBold: cell.isBold() !== 0, isDim: cell.isDim() !== 0 };
    const last = runs.at(-1);
    const text = cell.getChars() || ' ';
    if (last && last.colour === colour && last.isBold === look.isBold && last.isDim === look.isDim)
      runs[runs.length - 1] = { ...last, text: last.text + text };
    else runs.push({ column, text, ...look });
  }
  return runs.map((run) => ({ ...run, text: run.text.trimEnd() })).filter(({ text }) => text !== '');
}
