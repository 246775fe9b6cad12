/** Where Filemill lies, as told by where this script came from: `assets/` of it, or `src/` under Vite's own server. */
const script = import.meta.url;
export const base = new URL('../', script);

export function addressOf(path: string): string {
  return new URL(path, base).href;
}
