/** The key under which the page of Filemill, on the same address, keeps the choice too. */
const key = 'filemill-theme';

/** Before the first paint. Without storage, the browser's preference decides. */
try {
  document.documentElement.dataset.theme = localStorage.getItem(key) ?? 'system';
} catch {
  document.documentElement.dataset.theme = 'system';
}
