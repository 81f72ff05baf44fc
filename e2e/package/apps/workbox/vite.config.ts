import { mendbox } from 'mendbox/vite';
import { defineConfig } from 'vite';

export default defineConfig({ plugins: [mendbox({ worker: 'sw.ts' })] });
