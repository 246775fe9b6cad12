/** This process runs. */
export function livez() {
  return async () => ({ live: true });
}
