import { bytes } from '../format.ts';
import { hrefOf } from '../router.ts';
import { cancelUpload, sendAgain, type Upload } from '../upload/uploads.ts';
import { Link } from './link.tsx';
import { StatusMark } from './status.tsx';

export function UploadTable({ uploads }: { readonly uploads: readonly Upload[] }) {
  return (
    <div class="wide">
      <table>
        <caption class="hidden">Uploads, what was refused first</caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Size</th>
            <th scope="col">State</th>
            <th scope="col">Action</th>
          </tr>
        </thead>
        <tbody>
          {uploads.map((upload) => (
            <UploadRow key={upload.key} upload={upload} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function UploadRow({ upload }: { readonly upload: Upload }) {
  const state = upload.state.value;
  return (
    <tr>
      <th scope="row" class="name">
        {state.step === 'kept' ? <Link href={hrefOf(`files/${state.id}`)}>{upload.path}</Link> : upload.path}
      </th>
      <td class="whole">{bytes(upload.file.size)}</td>
      <td>
        <Progress upload={upload} />
      </td>
      <td>
        <Action upload={upload} />
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
      return <progress value={now.sent} max={Math.max(1, file.size)} aria-label={`Sending ${path}`} />;
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
          <StatusMark status={now.file?.status ?? 'PENDING'} />
          {now.file?.error && <small>{now.file.error.code}</small>}
        </>
      );
  }
}

function Action({ upload }: { readonly upload: Upload }) {
  const { step } = upload.state.value;
  if (step === 'refused')
    return (
      <button type="button" aria-label={`Send ${upload.path} again`} onClick={() => sendAgain(upload)}>
        Send again
      </button>
    );
  if (step === 'waiting' || step === 'sending')
    return (
      <button type="button" aria-label={`Cancel ${upload.path}`} onClick={() => cancelUpload(upload)}>
        Cancel
      </button>
    );
  return <>–</>;
}
