import { made } from './elements.ts';

/** A button on each block of code. Browsers allow copying on this machine and over TLS alone. */
export function offerCopies(): void {
  if (!isSecureContext) return;
  for (const block of document.querySelectorAll('article pre')) {
    const button = Object.assign(made('button', 'Copy'), { type: 'button', className: 'copy' });
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(block.textContent);
      button.textContent = 'Copied';
      setTimeout(() => Object.assign(button, { textContent: 'Copy' }), 1_500);
    });
    const frame = Object.assign(document.createElement('div'), { className: 'code' });
    block.replaceWith(frame);
    frame.append(block, button);
  }
}
