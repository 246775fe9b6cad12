import { defineConfig } from 'vite';
import { compressAssets } from './build/compress-assets.ts';

export default defineConfig({
  // Relative, so that the page works wherever a proxy puts it.
  base: './',
  publicDir: false,
  plugins: [compressAssets()],
  build: {
    target: 'es2023',
    modulePreload: false,
    reportCompressedSize: false,
    // The content security policy refuses styles and scripts that stand in the page.
    assetsInlineLimit: 0,
  },
  server: { proxy: Object.fromEntries(['/api', '/files', '/uploads'].map((path) => [path, 'http://127.0.0.1:8080'])) },
});
