import { count } from '../format.ts';
import { hrefOf, place } from '../router.ts';
import { totals, unfinished } from '../upload/totals.ts';
import type { Upload } from '../upload/upload-state.ts';
import { refused, sendAgain } from '../upload/uploads.ts';
import { Link } from './link.tsx';
import { UploadSummary } from './upload-summary.tsx';

const shownRefused = 3;

/** Stays in a corner of the window while other pages are looked at; the page of uploads has all of it. */
export function UploadTray() {
  if (totals.value.files === 0 || place.value[0] === 'upload') return null;
  const failed = refused.value;
  return (
    <aside class="tray" aria-label="Uploads">
      <details open>
        <summary>{unfinished.value === 0 ? 'Uploads' : `Uploading ${count(unfinished.value)}`}</summary>
        <UploadSummary />
        {failed.length > 0 && (
          <ul class="parts">
            {failed.slice(0, shownRefused).map((upload) => (
              <Refused key={upload.key} upload={upload} />
            ))}
          </ul>
        )}
        <Link href={hrefOf('upload')}>{failed.length > shownRefused ? 'All of them' : 'Each of them'}</Link>
      </details>
    </aside>
  );
}

function Refused({ upload }: { readonly upload: Upload }) {
  const state = upload.state.value;
  if (state.step !== 'refused') return null;
  return (
    <li>
      <bdi class="long">{upload.path}</bdi>
      <button type="button" aria-label={`Send again: ${upload.path}`} onClick={() => sendAgain(upload)}>
        Send again
      </button>
      <small>{state.problem.message}</small>
    </li>
  );
}
