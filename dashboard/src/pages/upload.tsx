import { count, files } from '../format.ts';
import { DropZone } from '../parts/drop-zone.tsx';
import { Page } from '../parts/page.tsx';
import { UploadTable } from '../parts/upload-table.tsx';
import { forgetEnded, refusedFirst, unfinished, uploads } from '../upload/uploads.ts';

/** The number of rows that a browser shows without effort. */
const shownRows = 500;

export function UploadPage() {
  const all = uploads.value;
  return (
    <Page title="Upload">
      <DropZone />
      {all.length > 0 && (
        <>
          <div class="actions">
            <span role="status">
              {unfinished.value === 0
                ? `${files(all.length)}, none left to send`
                : `${count(unfinished.value)} of ${files(all.length)} left to send`}
            </span>
            <button type="button" onClick={forgetEnded}>
              Clear what has ended
            </button>
          </div>
          <UploadTable uploads={refusedFirst.value.slice(0, shownRows)} />
          {all.length > shownRows && <p>The first {count(shownRows)} are shown; the others are sent all the same.</p>}
        </>
      )}
    </Page>
  );
}
