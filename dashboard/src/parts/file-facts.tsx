import { coreFacts } from '#contract/facts/facts.ts';
import type { FileJson, Json } from '#contract/schemas.ts';
import { between, bytes, count, time } from '../format.ts';
import { hrefOf } from '../router.ts';
import { Fact, Found } from './facts.tsx';
import { Link } from './link.tsx';
import { StatusMark } from './status.tsx';

interface FileFactsProps {
  readonly file: FileJson;
  readonly output: Json<'Output'> | undefined;
}

/** What everybody asks first. */
export function FileFacts({ file, output }: FileFactsProps) {
  return (
    <dl class="facts">
      <Fact name="State">
        <StatusMark status={file.status} />
      </Fact>
      <Fact name="Size">
        {bytes(file.size)}
        {file.size >= 1_024 && ` (${count(file.size)} bytes)`}
      </Fact>
      {output === undefined ? (
        <Fact name="Type">{file.mime_type || '–'}</Fact>
      ) : (
        coreFacts(output).map((fact) => <Found key={fact.name} fact={fact} />)
      )}
    </dl>
  );
}

/** Where it came from, and what became of it when. */
export function FileRecord({ file }: { readonly file: FileJson }) {
  return (
    <section aria-labelledby="record">
      <h2 id="record">File</h2>
      <dl class="facts">
        <Fact name="Uploaded">{time(file.created_at)}</Fact>
        <Fact name="Completed">{time(file.completed_at)}</Fact>
        <Fact name="Upload to result">{between(file.created_at, file.completed_at)}</Fact>
        <Fact name="Attempts">
          {count(file.attempt)} of {count(file.max_attempts)}
        </Fact>
        {file.bytes_expired_at !== null && <Fact name="Bytes kept until">{time(file.bytes_expired_at)}</Fact>}
        {file.batch !== null && (
          <Fact name="Batch">
            <Link href={hrefOf('files', { batch: file.batch })}>{file.batch}</Link>
          </Fact>
        )}
        {others(file).map(([name, value]) => (
          <Fact key={name} name={name}>
            {value}
          </Fact>
        ))}
        {file.path !== '' && file.path !== file.filename && (
          <Fact name="Path" wide>
            <bdi>{file.path}</bdi>
          </Fact>
        )}
        <Fact name="SHA-256" wide>
          <code>{file.sha256 ?? '–'}</code>
        </Fact>
        <Fact name="Id" wide>
          <code>{file.id}</code>
        </Fact>
      </dl>
    </section>
  );
}

/** These fields are shown in another form. */
const told = new Set(
  'id filename path size mime_type status attempt max_attempts created_at updated_at completed_at sha256 bytes_expired_at error batch'.split(
    ' ',
  ),
);

/** The remaining fields, `request_id` as `request id`. */
function others(file: FileJson): readonly (readonly [string, string])[] {
  return Object.entries(file)
    .filter(([name, value]) => !told.has(name) && value !== null)
    .map(([name, value]) => [name.replaceAll('_', ' '), String(value)]);
}
