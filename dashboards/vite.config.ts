import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `npm start` listens by default: the API behind the development server. */
const API = 'http://127.0.0.1:8080';

/** The API checks `Origin` against its own host, so the development server must speak in its name. */
const toApi = { target: API, changeOrigin: true, headers: { origin: API } };

/** The oldest browsers with CSS `light-dark()`, on which the colour tokens stand. */
const BROWSERS = ['chrome123', 'edge123', 'firefox120', 'safari17.5'];

export default defineConfig({
  plugins: [react()],
  server: { host: '127.0.0.1', proxy: { '/v1': toApi, '/session': toApi } },
  build: {
    outDir: '../dist/dashboards',
    emptyOutDir: true,
    target: BROWSERS,
    cssTarget: BROWSERS,
    // The Content-Security-Policy allows only files of this origin: nothing becomes a data: URL.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The chart library is one lazy chunk of about this size by nature; the first load is what must stay small.
    chunkSizeWarningLimit: 700,
  },
});
