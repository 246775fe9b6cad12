import { join } from 'node:path';
import { defineConfig } from 'vite';
import { compressAssets } from './build/compress-assets.ts';
import { explorerLicences } from './build/explorer-licences.ts';

export default defineConfig({
  // Relative, so that the page works wherever a proxy puts it.
  base: './',
  publicDir: false,
  plugins: [explorerLicences(), compressAssets()],
  build: {
    target: 'es2023',
    modulePreload: false,
    reportCompressedSize: false,
    // The content security policy refuses styles and scripts that stand in the page.
    assetsInlineLimit: 0,
    // The explorer of the API is a page of its own, which shares nothing with the dashboard.
    rollupOptions: { input: ['index.html', 'docs.html'].map((page) => join(import.meta.dirname, page)) },
  },
  server: { proxy: Object.fromEntries(['/api', '/files', '/uploads'].map((path) => [path, 'http://127.0.0.1:8080'])) },
});
