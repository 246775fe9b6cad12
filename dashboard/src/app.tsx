import { admission, may } from './access.ts';
import { AuditPage } from './pages/audit.tsx';
import { FailuresPage } from './pages/failures.tsx';
import { FilePage } from './pages/file.tsx';
import { FilesPage } from './pages/files.tsx';
import { OverviewPage } from './pages/overview.tsx';
import { RetentionPage } from './pages/retention.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { TokensPage } from './pages/tokens.tsx';
import { UploadPage } from './pages/upload.tsx';
import { WebhookPage } from './pages/webhook.tsx';
import { WebhooksPage } from './pages/webhooks.tsx';
import { WorkersPage } from './pages/workers.tsx';
import { isThere, pages } from './pages.ts';
import { ConnectionBanner, StoreBanner, WorkerBanner } from './parts/banner.tsx';
import { DropLayer } from './parts/drop-layer.tsx';
import { NoPermission } from './parts/no-permission.tsx';
import { Page } from './parts/page.tsx';
import { Shell } from './parts/shell.tsx';
import { Toasts } from './parts/toasts.tsx';
import { UploadTray } from './parts/upload-tray.tsx';
import { place } from './router.ts';

export function App() {
  return (
    <Shell>
      {admission.value === 'refused' && <SignInPage />}
      {admission.value === 'admitted' && (
        <>
          <ConnectionBanner />
          <WorkerBanner />
          <StoreBanner />
          <CurrentPage />
        </>
      )}
      <Toasts />
      {admission.value === 'admitted' && may('upload') && <DropLayer />}
      <UploadTray />
    </Shell>
  );
}

const views: Readonly<Record<string, () => preact.JSX.Element>> = {
  '': OverviewPage,
  files: FilesPage,
  failures: FailuresPage,
  workers: WorkersPage,
  upload: UploadPage,
  retention: RetentionPage,
  webhooks: WebhooksPage,
  tokens: TokensPage,
  audit: AuditPage,
};

function CurrentPage() {
  const [path = '', id, ...more] = place.value;
  const page = pages.find((one) => one.path === path && isThere(one));
  if (page === undefined || more.length > 0) return <NothingHere />;
  if (!may(page.need)) return <NoPermission title={page.title} need={page.need} />;
  if (path === 'files' && id !== undefined) return <FilePage key={id} id={id} />;
  if (path === 'webhooks' && id !== undefined) return <WebhookPage key={id} id={id} />;
  const View = views[path];
  return id === undefined && View !== undefined ? <View /> : <NothingHere />;
}

function NothingHere() {
  return (
    <Page title="Nothing here">
      <p>The menu leads to all pages.</p>
    </Page>
  );
}
