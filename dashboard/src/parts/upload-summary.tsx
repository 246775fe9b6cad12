import { useEffect, useState } from 'preact/hooks';
import { bytes, count, files, rate, seconds } from '../format.ts';
import { type Pace, paceOf, totals, unfinished } from '../upload/totals.ts';
import { cancelAll, forgetEnded, searches, sendRefusedAgain } from '../upload/uploads.ts';

const everyMs = 500;

/** All uploads together: how many are left, how fast they go, and for how long. */
export function UploadSummary() {
  const { files: all, bytes: size, sent, refused } = totals.value;
  const left = unfinished.value;
  const isOver = left === 0 && searches.value === 0;
  const pace = usePace(left > 0);
  const parts = Math.max(1, size);
  return (
    <div class="upload-summary">
      <p role="status">
        <strong>{isOver ? `${files(all)}, none left to send` : `${count(left)} of ${files(all)} left to send`}</strong>
        {refused > 0 && <span class="room-short">, {count(refused)} not uploaded</span>}
      </p>
      <progress
        value={left === 0 ? 1 : Math.min(sent, size)}
        max={left === 0 ? 1 : parts}
        aria-label="Progress of all uploads"
      />
      <p class="quiet figures-line">
        <span>{left === 0 ? '100 %' : `${Math.floor((100 * Math.min(sent, size)) / parts)} %`}</span>
        <span>
          {bytes(sent)} of {bytes(size)}
        </span>
        {left > 0 && <Speed pace={pace} />}
      </p>
      <div class="actions">
        {refused > 0 && (
          <button type="button" onClick={sendRefusedAgain}>
            Send {count(refused)} again
          </button>
        )}
        {left > 0 && (
          <button type="button" onClick={cancelAll}>
            Cancel all
          </button>
        )}
        <button type="button" onClick={forgetEnded} disabled={left === all}>
          Clear what has ended
        </button>
      </div>
    </div>
  );
}

function Speed({ pace: { filesPerSecond, bytesPerSecond, secondsLeft } }: { readonly pace: Pace }) {
  return (
    <>
      <span>{bytes(Math.round(bytesPerSecond))}/s</span>
      <span>{rate(filesPerSecond)} files</span>
      <span>{secondsLeft === undefined ? 'waits' : `${seconds(Math.ceil(secondsLeft))} left`}</span>
    </>
  );
}

/** Looks twice a second: each change alone says nothing. */
function usePace(isMoving: boolean): Pace {
  const [pace, setPace] = useState<Pace>({ filesPerSecond: 0, bytesPerSecond: 0, secondsLeft: undefined });
  useEffect(() => {
    if (!isMoving) return undefined;
    const look = () => setPace(paceOf(totals.peek(), performance.now()));
    look();
    const timer = setInterval(look, everyMs);
    return () => clearInterval(timer);
  }, [isMoving]);
  return pace;
}
