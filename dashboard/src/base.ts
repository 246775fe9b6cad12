/** The base URL of Filemill, derived from this script's URL: below `assets/`, or `src/` under Vite's own server. */
const script = import.meta.url;
export const base = new URL('../', script);

export function addressOf(path: string): string {
  return new URL(path, base).href;
}
