import { count } from '../format.ts';
import { DropZone } from '../parts/drop-zone.tsx';
import { Page } from '../parts/page.tsx';
import { UploadSummary } from '../parts/upload-summary.tsx';
import { UploadTable } from '../parts/upload-table.tsx';
import { refusedFirst, uploads } from '../upload/uploads.ts';

/** The number of rows whose changes a browser shows without effort while it sends. */
const shownRows = 100;

export function UploadPage() {
  const all = uploads.value.length;
  return (
    <Page title="Upload">
      <DropZone />
      {all > 0 && (
        <>
          <UploadSummary />
          <UploadTable uploads={refusedFirst.value.slice(0, shownRows)} />
          {all > shownRows && <p>The first {count(shownRows)} are shown; the others are sent all the same.</p>}
        </>
      )}
    </Page>
  );
}
