/**
 * mendbox/devtools: `<mendbox-panel>`, which shows what the worker of a page stores and heals.
 *
 *   if (import.meta.env.DEV) await import('mendbox/devtools');
 *   document.body.append(document.createElement('mendbox-panel'));
 *
 * Importing it defines the element; no other entry of mendbox imports it.
 *
 * @module
 */
import { MendboxPanel, type PanelChange } from './panel.js';

export { MendboxPanel, type PanelChange };
export type { Offline } from './tools.js';

declare global {
  interface HTMLElementTagNameMap {
    'mendbox-panel': MendboxPanel;
  }
  interface HTMLElementEventMap {
    'mendbox-change': CustomEvent<PanelChange>;
  }
}

if (!customElements.get('mendbox-panel'))
  customElements.define('mendbox-panel', MendboxPanel);
