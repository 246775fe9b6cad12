import { moment } from '../format.ts';
import { forgetPointer, pointed, selecting, zoomTo } from '../history/pointer.ts';
import { type Frame, timeAt } from './chart-marks.tsx';

interface ChartPointerProps {
  readonly title: string;
  readonly frame: Frame;
  readonly times: readonly number[];
  /** Which value is pointed at, or -1. */
  readonly at: number;
  readonly told: (n: number) => string;
}

/** A shorter drag is a click. */
const leastDragPx = 8;

/** Lies over a chart: a pointer reads values and drags a part to zoom into; so do the arrow keys, and Shift with them. */
export function ChartPointer({ title, frame, times, at, told }: ChartPointerProps) {
  const timeOf = (event: PointerEvent) => timeAt(event.offsetX, frame);
  const choose = (until: number) => {
    if (selecting.value !== undefined) selecting.value = [selecting.value[0], until];
  };
  const finish = () => {
    const [one, other] = selecting.value ?? [0, 0];
    const [from, until] = [Math.min(one, other), Math.max(one, other)];
    const leastMs = (leastDragPx / Math.max(1, frame.width)) * (frame.span[1] - frame.span[0]);
    selecting.value = undefined;
    if (until - from >= leastMs) zoomTo([from, until]);
  };
  return (
    <div
      class="plot-pointer"
      role="slider"
      tabIndex={0}
      aria-label={`${title}: arrow keys read values, Shift chooses a part, Enter zooms into it`}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, times.length - 1)}
      aria-valuenow={Math.max(0, at)}
      aria-valuetext={
        at === -1 ? 'no value chosen' : `${moment(times[at] ?? 0, frame.span[1] - frame.span[0])}: ${told(at)}`
      }
      onPointerDown={(event) => {
        if (event.button !== 0 || event.pointerType === 'touch') return;
        event.currentTarget.setPointerCapture(event.pointerId);
        selecting.value = [timeOf(event), timeOf(event)];
      }}
      onPointerMove={(event) => {
        pointed.value = timeOf(event);
        choose(timeOf(event));
      }}
      onPointerUp={finish}
      onPointerLeave={forgetPointer}
      onBlur={forgetPointer}
      onKeyDown={(event) => onKey(event, times, at, finish)}
    />
  );
}

function onKey(event: KeyboardEvent, times: readonly number[], at: number, finish: () => void): void {
  if (event.key === 'Enter') finish();
  if (event.key === 'Escape') forgetPointer();
  const now = at === -1 ? times.length - 1 : at;
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: now - 1,
    ArrowRight: now + 1,
    Home: 0,
    End: times.length - 1,
  };
  const wanted = steps[event.key];
  if (wanted === undefined) return;
  event.preventDefault();
  const time = times[Math.min(times.length - 1, Math.max(0, wanted))];
  if (time === undefined) return;
  const from = selecting.value?.[0] ?? times[now] ?? time;
  selecting.value = event.shiftKey ? [from, time] : undefined;
  pointed.value = time;
}
