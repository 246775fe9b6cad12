import { bytes } from '../format.ts';
import { hrefOf } from '../router.ts';
import { mayShareForm } from '../upload/form-sender.ts';
import type { Upload } from '../upload/upload-state.ts';
import { cancelUpload, pauseUpload, sendAgain } from '../upload/uploads.ts';
import { Link } from './link.tsx';
import { StatusMark } from './status.tsx';
import { TableHead } from './table-head.tsx';

export function UploadTable({ uploads }: { readonly uploads: readonly Upload[] }) {
  return (
    <table class="stacked">
      <caption class="hidden">Uploads, what was refused first</caption>
      <TableHead titles={['Name', 'Size', 'State', 'Action']} />
      <tbody>
        {uploads.map((upload) => (
          <UploadRow key={upload.key} upload={upload} />
        ))}
      </tbody>
    </table>
  );
}

function UploadRow({ upload }: { readonly upload: Upload }) {
  const state = upload.state.value;
  const name = <bdi>{upload.path}</bdi>;
  return (
    <tr>
      <th scope="row" class="name">
        {state.step === 'kept' ? <Link href={hrefOf(`files/${state.id}`)}>{name}</Link> : name}
      </th>
      <td class="whole">{bytes(upload.file.size)}</td>
      <td>
        <Progress upload={upload} />
      </td>
      <td class="whole">
        <Actions upload={upload} />
      </td>
    </tr>
  );
}

function Progress({ upload: { file, path, state } }: { readonly upload: Upload }) {
  const now = state.value;
  switch (now.step) {
    case 'waiting':
      return <>Waits to be sent</>;
    case 'sending':
    case 'paused':
      return (
        <>
          {mayShareForm(file) ? (
            'Sending'
          ) : (
            <progress value={now.sent} max={Math.max(1, file.size)} aria-label={`Sending ${path}`} />
          )}
          {now.step === 'paused' && <small>Paused at {bytes(now.sent)}</small>}
          {'hindrance' in now && <small>{now.hindrance.message} It is tried again until it works.</small>}
        </>
      );
    case 'refused':
      return (
        <span class="status status-failed">
          <span aria-hidden="true">✖</span> Not uploaded: {now.problem.message}
        </span>
      );
    case 'cancelled':
      return <>Cancelled</>;
    case 'kept':
      return (
        <>
          <StatusMark status={now.file.value?.status ?? 'PENDING'} />
          {now.file.value?.error && <small>{now.file.value.error.code}</small>}
        </>
      );
  }
}

function Actions({ upload }: { readonly upload: Upload }) {
  const state = upload.state.value;
  const cancel = <Action title="Cancel" upload={upload} act={cancelUpload} />;
  switch (state.step) {
    case 'waiting':
      return cancel;
    case 'sending':
      return (
        <>
          {upload.sender.resumes && <Action title="Pause" upload={upload} act={pauseUpload} />} {cancel}
        </>
      );
    case 'paused':
      return (
        <>
          <Action title="Resume" upload={upload} act={sendAgain} /> {cancel}
        </>
      );
    case 'refused':
      return <Action title="Send again" upload={upload} act={sendAgain} />;
    default:
      return <>–</>;
  }
}

function Action({ title, upload, act }: ActionProps) {
  return (
    <button type="button" aria-label={`${title}: ${upload.path}`} onClick={() => act(upload)}>
      {title}
    </button>
  );
}

interface ActionProps {
  readonly title: string;
  readonly upload: Upload;
  readonly act: (upload: Upload) => void;
}
