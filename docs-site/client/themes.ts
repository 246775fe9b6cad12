import { element } from './elements.ts';

const names = ['system', 'light', 'dark'] as const;
const signs = { system: '◐', light: '☀', dark: '☾' } as const;
const key = 'filemill-theme';

/** Each press goes to the next theme. */
export function offerThemes(): void {
  const button = element('#theme', HTMLButtonElement);
  const { dataset } = document.documentElement;
  const current = () => names.find((name) => name === dataset.theme) ?? 'system';
  const show = () => {
    const label = `Theme: ${current()}`;
    Object.assign(button, { textContent: signs[current()], ariaLabel: label, title: label, hidden: false });
  };
  button.addEventListener('click', () => {
    const next = names[(names.indexOf(current()) + 1) % names.length] ?? 'system';
    dataset.theme = next;
    show();
    try {
      localStorage.setItem(key, next);
    } catch {
      // Without storage, the choice lasts until the next page.
    }
  });
  show();
}
