import { FailuresPage } from './pages/failures.tsx';
import { FilePage } from './pages/file.tsx';
import { FilesPage } from './pages/files.tsx';
import { OverviewPage } from './pages/overview.tsx';
import { UploadPage } from './pages/upload.tsx';
import { WorkersPage } from './pages/workers.tsx';
import { ConnectionBanner, StoreBanner, WorkerBanner } from './parts/banner.tsx';
import { Header } from './parts/header.tsx';
import { Page } from './parts/page.tsx';
import { place } from './router.ts';

export function App() {
  return (
    <>
      <Header />
      <ConnectionBanner />
      <WorkerBanner />
      <StoreBanner />
      <CurrentPage />
    </>
  );
}

function CurrentPage() {
  const [page, id, ...more] = place.value;
  if (page === undefined) return <OverviewPage />;
  if (page === 'files' && id !== undefined && more.length === 0) return <FilePage key={id} id={id} />;
  if (id === undefined) {
    if (page === 'files') return <FilesPage />;
    if (page === 'failures') return <FailuresPage />;
    if (page === 'workers') return <WorkersPage />;
    if (page === 'upload') return <UploadPage />;
  }
  return (
    <Page title="Nothing here">
      <p>The links above lead to all pages.</p>
    </Page>
  );
}
