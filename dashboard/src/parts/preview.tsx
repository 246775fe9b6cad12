import { useEffect, useState } from 'preact/hooks';
import type { FileJson, ResultJson } from '#contract/schemas.ts';
import { getBytes, getText, Refusal } from '../api.ts';
import { ProblemNote } from './problem-note.tsx';

/** What of a text is shown. */
const mostText = 64 * 1_024;
/** What an image may have, in bytes and in pixels, so that no tab is filled by one. */
const [mostImage, mostPixels] = [10 * 1_024 ** 2, 50_000_000];
/** Formats that hold pictures alone: no scripts, no references to elsewhere. */
const pictures = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp'];

type Kind = 'picture' | 'text' | 'words';

interface PreviewProps {
  readonly file: FileJson;
  readonly result: ResultJson;
}

/** Shows what is in the file, when somebody asks for it: reading bytes is an event of the audit. */
export function Preview({ file, result }: PreviewProps) {
  const [shown, show] = useState<Shown>();
  const [problem, setProblem] = useState<unknown>();
  const kind = kindOf(file, result);
  const picture = shown?.picture;
  useEffect(() => () => picture && URL.revokeObjectURL(picture), [picture]);
  if (kind === undefined) return null;
  const load = () => {
    setProblem(undefined);
    previews[kind](file, result).then(show, setProblem);
  };
  return (
    <section aria-labelledby="preview">
      <h2 id="preview">Preview</h2>
      {shown === undefined && (
        <button type="button" onClick={load}>
          Show {kind === 'picture' ? 'the image' : 'the text'}
        </button>
      )}
      {isNotKept(problem) ? (
        <p class="quiet">The workers did not keep the text of this document (FILEMILL_KEEP_TEXT).</p>
      ) : (
        <ProblemNote problem={problem} />
      )}
      {picture !== undefined && <img class="preview" src={picture} alt={`Preview of ${file.filename}`} />}
      {shown?.text !== undefined && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
        <section class="preview" dir="auto" tabIndex={0} aria-label="Text">
          {shown.text}
        </section>
      )}
      {shown?.isPart && <p class="quiet">This is the beginning; download the file to see it all.</p>}
    </section>
  );
}

interface Shown {
  readonly text?: string;
  /** The address of its bytes in this tab. */
  readonly picture?: string;
  readonly isPart: boolean;
}

function kindOf(file: FileJson, { output }: ResultJson): Kind | undefined {
  if (file.bytes_expired_at !== null || file.size === 0) return undefined;
  const { width, height } = output.findings?.image ?? {};
  const pixels = Number(width) * Number(height);
  if (pictures.includes(output.mime_type))
    return file.size <= mostImage && pixels <= mostPixels ? 'picture' : undefined;
  if (output.charset !== null) return 'text';
  return output.word_count === null ? undefined : 'words';
}

const previews: Readonly<Record<Kind, (file: FileJson, result: ResultJson) => Promise<Shown>>> = {
  async picture({ id }, { output }) {
    const content = await getBytes(id);
    return { picture: URL.createObjectURL(new Blob([content], { type: output.mime_type })), isPart: false };
  },
  async text({ id, size }, { output }) {
    const content = await getBytes(id, Math.min(size, mostText));
    return { text: decoderOf(output.charset).decode(content), isPart: size > mostText };
  },
  async words({ id }) {
    const text = await getText(id, mostText);
    return { text: text.slice(0, mostText), isPart: text.length > mostText };
  },
};

/** What is no charset of a browser is shown as UTF-8, with marks for what cannot be read. */
function decoderOf(charset: string | null): TextDecoder {
  try {
    return new TextDecoder(charset ?? 'utf-8');
  } catch {
    return new TextDecoder();
  }
}

function isNotKept(problem: unknown): boolean {
  return problem instanceof Refusal && problem.reason === 'TEXT_NOT_KEPT';
}
