import { useRef, useState } from 'preact/hooks';

interface CommandProps {
  readonly text: string;
  /** What the command is for. */
  readonly name?: string;
  /** The text of the button that copies the command. */
  readonly label?: string;
}

/** Shows a command, or another text, with a button that copies it. */
export function Command({ text, name = '', label = `Copy the command for ${name}` }: CommandProps) {
  const code = useRef<HTMLElement>(null);
  const [said, say] = useState('');
  const copy = async () => {
    const copied = await copyText(text, code.current);
    say(copied ? 'Copied' : 'Press Ctrl+C to copy');
    setTimeout(() => say(''), 2_000);
  };
  return (
    <div class="command">
      <code ref={code}>{text}</code>
      <button type="button" onClick={copy} aria-label={label}>
        Copy
      </button>
      <span role="status">{said}</span>
    </div>
  );
}

/** Browsers offer the clipboard only on https and localhost; elsewhere the text is selected instead. */
async function copyText(text: string, shown: HTMLElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    if (shown !== null) getSelection()?.selectAllChildren(shown);
    return false;
  }
}
