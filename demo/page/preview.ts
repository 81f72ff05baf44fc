/** Shows the bytes of an answer, whatever they are. */
import type { Resource } from '../resources.js';
import { make } from './dom.js';

const TEXT_CHARS = 220;

const text = (body: ArrayBuffer): HTMLElement =>
  make('pre', {}, new TextDecoder().decode(body.slice(0, TEXT_CHARS)));

/** A picture, or the bytes themselves where the browser can draw none. */
function image(body: ArrayBuffer, type: string): HTMLElement {
  const url = URL.createObjectURL(new Blob([body], { type }));
  const picture = make('img', {
    src: url,
    alt: 'The image as it was answered',
  });
  const release = () => URL.revokeObjectURL(url);
  picture.addEventListener('load', release, { once: true });
  picture.addEventListener(
    'error',
    () => {
      release();
      picture.replaceWith(
        make(
          'div',
          { class: 'undrawn' },
          make('p', {}, 'The browser cannot draw these bytes'),
          text(body),
        ),
      );
    },
    { once: true },
  );
  return picture;
}

const COLUMNS = 48;
const ROWS = 28;

/** One square for each of some bytes from all over the body: a print that another body does not have. */
function print(body: ArrayBuffer): HTMLElement {
  const canvas = make('canvas', {
    width: String(COLUMNS),
    height: String(ROWS),
    role: 'img',
    'aria-label': 'A picture of the bytes',
  });
  const context = canvas.getContext('2d');
  const view = new Uint8Array(body);
  const pixels = new ImageData(COLUMNS, ROWS);
  const step = Math.max(1, Math.floor(view.length / (COLUMNS * ROWS)));
  for (let at = 0; at < COLUMNS * ROWS; at++) {
    const byte = view[at * step] ?? 0;
    pixels.data.set([79, 140, 121, byte], at * 4);
  }
  context?.putImageData(pixels, 0, 0);
  return canvas;
}

/** An element that shows the body. */
export function preview(resource: Resource, body: ArrayBuffer): HTMLElement {
  const { contentType } = resource;
  if (contentType.startsWith('image/')) return image(body, contentType);
  if (contentType === 'application/octet-stream') return print(body);
  return text(body);
}

/** An element for what was not fetched yet: how the server will send it. */
export const untouched = ({
  contentType,
  cacheControl,
}: Resource): HTMLElement =>
  make(
    'pre',
    { class: 'untouched' },
    `Content-Type: ${contentType}\nCache-Control: ${cacheControl}`,
  );
