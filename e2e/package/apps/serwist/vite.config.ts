import { defineConfig } from 'vite';

/** `vite build` builds the page, `vite build --mode sw` the worker: one classic script at a fixed path. */
export default defineConfig(({ mode }) =>
  mode === 'sw'
    ? {
        define: { 'process.env.NODE_ENV': '"production"' },
        build: {
          emptyOutDir: false,
          lib: {
            entry: 'sw.ts',
            formats: ['iife'],
            name: 'sw',
            fileName: () => 'sw.js',
          },
        },
      }
    : {},
);
