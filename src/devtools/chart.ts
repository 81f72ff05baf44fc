/** A chart of samples by uPlot; a file of its own, so that it is loaded only where it is drawn. */
import Plot from 'uplot';
import type { Sample } from './trend.js';

/** One line of a chart. */
export interface Line {
  readonly of: (sample: Sample) => number | null;
  /** The custom property with its colour. */
  readonly colour: string;
}

/** What a chart shows. */
export interface Shape {
  readonly lines: readonly Line[];
  /** How a value is printed on the axis. */
  readonly print: (value: number) => string;
  /** How a time is printed on the axis, in milliseconds since the epoch. */
  readonly printTime: (at: number) => string;
  /** The least and the greatest value; without it the axis follows the samples, by powers of ten. */
  readonly range?: [number, number];
}

/** A chart that is on the page. */
export interface Chart {
  show(samples: readonly Sample[]): void;
  end(): void;
}

/** The window that is shown at least, in seconds. */
const SPAN = 60;

/** As large as its place, which may not be laid out yet, in pixels. */
const sizeOf = (host: HTMLElement): { width: number; height: number } => ({
  width: host.clientWidth || 300,
  height: host.clientHeight || 120,
});

/** A custom property may be light-dark(): only as a colour it is resolved. */
function resolver(host: HTMLElement): (property: string) => () => string {
  const probe = document.createElement('i');
  probe.hidden = true;
  host.append(probe);
  return (property) => () => {
    probe.style.color = `var(${property})`;
    return getComputedStyle(probe).color;
  };
}

/** A line at each power of ten, and none between. */
const splits: Plot.Axis.Splits = (_plot, _axis, from, to) =>
  Array.from(
    { length: Math.round(Math.log10(to / from)) + 1 },
    (_, power) => from * 10 ** power,
  );

type Colour = ReturnType<typeof resolver>;

function axesOf(
  colour: Colour,
  { print, printTime, range }: Shape,
): Plot.Axis[] {
  const axis: Plot.Axis = {
    stroke: colour('--ink-soft'),
    font: '11px system-ui, sans-serif',
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  const values: Plot.Axis.Values = (_plot, all: readonly (number | null)[]) =>
    // Of a logarithmic axis uPlot takes out what would stand too close.
    all.map((value) => (value === null ? value : print(value)));
  const times: Plot.Axis.Values = (_plot, all) =>
    all.map((at) => printTime(at * 1_000));
  return [
    { ...axis, size: 24, gap: 8, space: 90, values: times },
    { ...axis, size: 60, gap: 8, space: 26, values, ...(!range && { splits }) },
  ];
}

/**
 * From the power of ten below the least value to the one above the greatest: one slow answer must not press all others
 * to the ground.
 */
const decades: Plot.Range.Function = (_plot, from, to) => [
  10 ** Math.floor(Math.log10(from || 1)),
  10 ** Math.max(1, Math.ceil(Math.log10(to || 1))),
];

function optionsOf(host: HTMLElement, shape: Shape): Plot.Options {
  const { lines, range } = shape;
  const colour = resolver(host);
  return {
    ...sizeOf(host),
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { range: (_plot, from, to) => [Math.min(from, to - SPAN), to] },
      y: {
        range: range ?? decades,
        // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- linear and logarithmic; uPlot's enum has no value to import
        distr: range ? 1 : 3,
      },
    },
    axes: axesOf(colour, shape),
    series: [
      {},
      ...lines.map((line) => ({
        stroke: colour(line.colour),
        width: 2,
        spanGaps: true,
        points: { show: true, size: 4, fill: colour(line.colour) },
      })),
    ],
  };
}

/** Draws a chart into an element, and keeps it as large as that is. */
export function draw(host: HTMLElement, shape: Shape): Chart {
  const plot = new Plot(optionsOf(host, shape), [[], []], host);
  const resize = new ResizeObserver(() => {
    plot.setSize(sizeOf(host));
  });
  resize.observe(host);
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  const recolour = (): void => plot.redraw(false);
  scheme.addEventListener('change', recolour);
  return {
    show(samples) {
      const columns = shape.lines.map(({ of }) => samples.map(of));
      plot.setData([samples.map(({ at }) => at / 1_000), ...columns]);
    },
    end() {
      resize.disconnect();
      scheme.removeEventListener('change', recolour);
      plot.destroy();
    },
  };
}
