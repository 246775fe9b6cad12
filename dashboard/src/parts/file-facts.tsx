import type { ComponentChildren } from 'preact';
import type { FileJson, Json } from '#contract/schemas.ts';
import { between, bytes, count, time } from '../format.ts';
import { StatusMark } from './status.tsx';

interface FileFactsProps {
  readonly file: FileJson;
  readonly output: Json<'Output'> | undefined;
}

export function FileFacts({ file, output }: FileFactsProps) {
  return (
    <dl class="facts">
      <Fact name="State">
        <StatusMark status={file.status} />
      </Fact>
      <Fact name="Type">{file.mime_type || '–'}</Fact>
      <Fact name="Size">
        {bytes(file.size)}
        {file.size >= 1_024 && ` (${count(file.size)} bytes)`}
      </Fact>
      <Fact name="Words">{counted(output?.word_count)}</Fact>
      <Fact name="Lines">{counted(output?.line_count)}</Fact>
      <Fact name="Characters">{counted(output?.character_count)}</Fact>
      <Fact name="Charset">{output?.charset ?? '–'}</Fact>
      <Fact name="Attempts">
        {count(file.attempt)} of {count(file.max_attempts)}
      </Fact>
      <Fact name="Uploaded">{time(file.created_at)}</Fact>
      <Fact name="Completed">{time(file.completed_at)}</Fact>
      <Fact name="Upload to result">{between(file.created_at, file.completed_at)}</Fact>
      {file.path !== '' && file.path !== file.filename && (
        <Fact name="Path">
          <bdi class="path">{file.path}</bdi>
        </Fact>
      )}
      {others(file).map(([name, value]) => (
        <Fact key={name} name={name}>
          {value}
        </Fact>
      ))}
      <Fact name="SHA-256">
        <code>{file.sha256 ?? '–'}</code>
      </Fact>
      <Fact name="Id">
        <code>{file.id}</code>
      </Fact>
    </dl>
  );
}

/** These fields are shown in another form. */
const told = new Set(
  'id filename path size mime_type status attempt max_attempts created_at updated_at completed_at sha256 error'.split(
    ' ',
  ),
);

/** Shows the remaining fields, `request_id` as `Request id`. */
function others(file: FileJson): readonly (readonly [string, string])[] {
  return Object.entries(file)
    .filter(([name, value]) => !told.has(name) && value !== null)
    .map(([name, value]) => {
      const words = name.replaceAll('_', ' ');
      return [words.charAt(0).toUpperCase() + words.slice(1), String(value)];
    });
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A count is null for a binary file. */
function counted(value: number | null | undefined): string {
  if (value === undefined) return '–';
  return value === null ? 'binary' : count(value);
}
