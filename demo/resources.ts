/**
 * What the page fetches. The page shows this list and the origin answers from
 * it, so that the two cannot disagree.
 */

/** Where the demo's origin answers, below the page's own origin. */
export const ORIGIN_PATH = '/demo-origin/';

/** While a browser has this cookie the origin hangs up on its requests for resources. */
export const OFFLINE_COOKIE = 'demo-offline';

/** What the origin serves at /lifecycle/worker.js to a browser: the number of a release, `skew` or `kill`. */
export const RELEASE_COOKIE = 'demo-release';

/** The cache of the Workbox worker in /beside/. */
export const BESIDE_CACHE = 'demo-beside';

/** The cache of the recording worker in /flight/. */
export const FLIGHT_CACHE = 'mendbox-flight';

/** The cache of the app in /lifecycle/. */
export const LIFECYCLE_CACHE = 'mendbox-lifecycle';

/** The BroadcastChannel on which flights are told. */
export const FLIGHT_CHANNEL = 'demo-flight';

/** One step of a request's story. */
export type Step =
  'clone' | 'lookup' | 'validate' | 'drop' | 'replay' | 'store';

/** When a step began and ended, in milliseconds from the fetch event. */
export interface Span {
  readonly step: Step;
  readonly start: number;
  readonly end: number;
}

/** One request, as the recording worker saw it. */
export interface Flight {
  /** The Cache-Status of the answer. */
  readonly status: string;
  /** When the answer was there, in milliseconds from the fetch event. */
  readonly answeredAt: number;
  /** When nothing was left to do behind it. */
  readonly doneAt: number;
  readonly spans: readonly Span[];
}

/** The names of the resources, as the test ids use them. */
export type ResourceName =
  | 'json'
  | 'image'
  | 'script'
  | 'style'
  | 'large'
  | 'slow'
  | 'nostore'
  | 'picture';

/** One resource of the demo's origin. */
export interface Resource {
  readonly name: ResourceName;
  /** The last part of its path. */
  readonly file: string;
  readonly title: string;
  /** What it shows about a cache, in one sentence. */
  readonly about: string;
  readonly contentType: string;
  /** The Cache-Control field it is sent with. */
  readonly cacheControl: string;
  /** How long the origin takes to begin its answer, in milliseconds. */
  readonly delayMs: number;
}

/** All resources, in the order of the page. */
export const RESOURCES: readonly Resource[] = [
  {
    name: 'json',
    file: 'data.json',
    title: 'JSON',
    about: 'Fresh for 60 s, then the server is asked whether it changed.',
    contentType: 'application/json',
    cacheControl: 'max-age=60',
    delayMs: 0,
  },
  {
    name: 'image',
    file: 'bowl.svg',
    title: 'Image',
    about: 'Fresh for an hour.',
    contentType: 'image/svg+xml',
    cacheControl: 'max-age=3600',
    delayMs: 0,
  },
  {
    name: 'script',
    file: 'script.js',
    title: 'Script',
    about: 'Immutable: fresh for a year, never asked about again.',
    contentType: 'text/javascript',
    cacheControl: 'max-age=31536000, immutable',
    delayMs: 0,
  },
  {
    name: 'style',
    file: 'style.css',
    title: 'Style sheet',
    about: 'Answers when stale, and is renewed behind the answer.',
    contentType: 'text/css',
    cacheControl: 'max-age=60, stale-while-revalidate=600',
    delayMs: 0,
  },
  {
    name: 'large',
    file: 'large.bin',
    title: '5 MB file',
    about: 'Checked slice by slice; a bad slice is mended in mid-stream.',
    contentType: 'application/octet-stream',
    cacheControl: 'max-age=3600',
    delayMs: 0,
  },
  {
    name: 'slow',
    file: 'slow.txt',
    title: 'Slow answer',
    about: 'The server takes 1.5 s. A cache is worth having here.',
    contentType: 'text/plain',
    cacheControl: 'max-age=3600',
    delayMs: 1500,
  },
  {
    name: 'nostore',
    file: 'private.txt',
    title: 'Never stored',
    about: 'Sent with no-store: nothing may be kept, or broken.',
    contentType: 'text/plain',
    cacheControl: 'no-store',
    delayMs: 0,
  },
];

/** A picture of 12 MiB, whose pixels are its bytes: it is drawn as it arrives. */
export const PICTURE: Resource = {
  name: 'picture',
  file: 'picture.rgba',
  title: 'Picture',
  about: 'Drawn slice by slice.',
  contentType: 'application/octet-stream',
  cacheControl: 'max-age=3600',
  delayMs: 0,
};

/** The path of a resource. */
export const pathOf = ({ file }: Pick<Resource, 'file'>): string =>
  ORIGIN_PATH + file;
