/** The panel's looks: the demo's porcelain, ink and gold, in the page's own colour scheme. */

const CSS = `
:host {
  --ground: light-dark(#e9efeb, #0b1210);
  --surface: light-dark(#fafcfa, #121c18);
  --sunken: light-dark(#f0f4f1, #0d1613);
  --ink: light-dark(#10211c, #e7efea);
  --ink-soft: light-dark(#46584f, #a3b5ac);
  --line: light-dark(#cbd7d0, #26352e);
  --line-strong: light-dark(#71857b, #6d8278);
  --hit: light-dark(#17614f, #84d3b9);
  --network: light-dark(#4a5568, #b5bfcd);
  --healed: light-dark(#765000, #f0c75e);
  --broken: light-dark(#a3271b, #ff9c8c);
  --focus: light-dark(#8a5f00, #dfae3c);
  display: block;
  container: mendbox-panel / inline-size;
  color: var(--ink);
  font: 400 0.875rem/1.45 var(--mendbox-font, system-ui, sans-serif);
  font-variant-numeric: tabular-nums;
}
:host([hidden]), [hidden] { display: none !important; }
*, ::before, ::after { box-sizing: border-box; }
h3, p, dl, dd, ol { margin: 0; padding: 0; }
ol { list-style: none; }
h3 { font-size: 1rem; line-height: 1.25; margin-inline-end: auto; }
code, time { font-family: ui-monospace, 'Noto Sans Mono', 'DejaVu Sans Mono', monospace; font-size: 0.8125rem; }
.quiet { color: var(--ink-soft); font-size: 0.8125rem; }
.unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }

.panel {
  display: grid;
  grid-template-columns: minmax(0, 1fr);
  gap: 1px;
  overflow: hidden;
  background: var(--line);
  border: 1px solid var(--line);
  border-radius: 0.75rem;
}
.head, section { min-inline-size: 0; padding: 1rem; background: var(--surface); }
section > header { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem; min-block-size: 2rem; margin-block-end: 0.75rem; }

button, select, input {
  font: inherit;
  font-size: 0.8125rem;
  line-height: 1.25;
  min-block-size: 2rem;
  padding: 0.25rem 0.625rem;
  color: var(--ink);
  background: var(--surface);
  border: 1px solid var(--line-strong);
  border-radius: 0.5rem;
}
button { cursor: pointer; font-weight: 500; }
button:hover { border-color: var(--ink); background: var(--sunken); }
button[aria-pressed='true'] { color: var(--surface); background: var(--broken); border-color: var(--broken); }
select { max-inline-size: 13rem; }
input { inline-size: 10rem; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 1px; }

.tools { display: flex; flex-wrap: wrap; gap: 0.5rem; }
.pair { display: flex; }
.pair select { border-radius: 0.5rem 0 0 0.5rem; border-inline-end: 0; }
.pair button { border-radius: 0 0.5rem 0.5rem 0; }
.head { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1rem; }
.status { flex: 1 1 18rem; min-block-size: 1.45em; color: var(--ink-soft); overflow-wrap: anywhere; }

.bar { block-size: 0.375rem; border-radius: 1rem; background: var(--line); overflow: hidden; }
.bar i { display: block; block-size: 100%; border-radius: inherit; background: var(--hit); }
.bar i.full { background: var(--broken); }
.budget { margin-block-end: 0.75rem; }
.budget p { display: flex; justify-content: space-between; margin-block-end: 0.25rem; }
dl > div { display: flex; justify-content: space-between; gap: 1rem; padding-block: 0.25rem; border-block-start: 1px solid var(--line); }
dt { color: var(--ink-soft); white-space: nowrap; }
dd { text-align: end; font-weight: 500; }
[data-storage='pass-through'] :is([data-fact='storage'], [data-fact='breaker']) { color: var(--broken); }

.trend p { display: flex; justify-content: space-between; }
.trend p b, .budget b { font-weight: 500; }
.plot { position: relative; block-size: 7.5rem; margin-block: 0.125rem 0.5rem; overflow: hidden; }
.plot .u-wrap { position: relative; user-select: none; }
.plot :is(.u-over, .u-under, .u-axis) { position: absolute; }
.plot canvas { display: block; inline-size: 100%; block-size: 100%; }
.plot .u-select, .plot .u-cursor-pt { display: none; }
.key { display: flex; gap: 0.75rem; font-size: 0.8125rem; color: var(--ink-soft); }
.key span::before { content: ''; display: inline-block; inline-size: 0.75rem; block-size: 2px; margin-inline-end: 0.375rem; vertical-align: middle; background: var(--hit); }
.key .network::before { background: var(--network); }

.scroll { max-block-size: 22rem; overflow: auto; overscroll-behavior: contain; margin-inline: -1rem; padding-inline: 1rem; }
.scroll:focus-visible { outline-offset: -3px; }
/* Where it goes on below, it fades out; at the end the fade has room of its own. */
.scroll::after { content: ''; position: sticky; inset-block-end: 0; display: block; block-size: 0.75rem; background: linear-gradient(transparent, var(--surface)); pointer-events: none; }
table { inline-size: 100%; border-collapse: collapse; font-size: 0.8125rem; }
th, td { padding: 0.375rem 0.75rem 0.375rem 0; text-align: start; font-weight: 400; white-space: nowrap; border-block-end: 1px solid var(--line); }
thead th { position: sticky; inset-block-start: 0; z-index: 1; padding-block: 0; background: var(--surface); }
thead button { min-block-size: 2rem; padding: 0; border: 0; color: var(--ink-soft); background: none; }
thead button::after { content: '↑'; content: '↑' / ''; margin-inline-start: 0.25rem; opacity: 0; }
[aria-sort] button { color: var(--ink); }
[aria-sort] button::after { opacity: 1; }
[aria-sort='descending'] button::after { content: '↓'; content: '↓' / ''; }
th code { display: block; max-inline-size: 22rem; overflow: hidden; text-overflow: ellipsis; }
.variant code { display: block; max-inline-size: 18rem; overflow: hidden; text-overflow: ellipsis; }
.plain .variant { display: none; }
.freshness { inline-size: 10rem; min-inline-size: 7rem; }
.freshness span { display: block; line-height: 1.3; }
[data-fresh='false'] .freshness span { color: var(--healed); }
.actions { inline-size: 1px; padding-inline-end: 0; }
.actions button { min-block-size: 1.75rem; padding: 0.125rem 0.5rem; margin-inline-start: 0.25rem; }
.actions button:first-child:hover { color: var(--broken); border-color: var(--broken); }

.log li { display: grid; grid-template-columns: auto auto minmax(0, 1fr); gap: 0 0.75rem; align-items: baseline; padding: 0.5rem 0; border-block-start: 1px solid var(--line); }
.log li b { font-weight: 600; color: var(--healed); }
.log li .quiet { grid-column: 1 / -1; }
.log time { color: var(--ink-soft); }
.log li code { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }

@container mendbox-panel (min-width: 46rem) {
  .panel { grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); }
  .head, .entries, .log { grid-column: 1 / -1; }
  .log li { grid-template-columns: auto auto minmax(0, 1fr) auto; }
  .log li .quiet { grid-column: auto; }
}
@container mendbox-panel (min-width: 76rem) {
  .panel { grid-template-columns: minmax(0, 1fr) minmax(0, 1.2fr) minmax(0, 1.6fr); }
  .log { grid-column: 3; display: flex; flex-direction: column; }
  .log li { grid-template-columns: auto auto minmax(0, 1fr); }
  .log li .quiet { grid-column: 1 / -1; }
  .log .scroll { flex: 1 1 0; min-block-size: 12rem; max-block-size: none; }
  .entries { order: 1; }
}
/* A row of the table becomes a block of two lines: what it is and how large, how fresh and what to do. */
@container mendbox-panel (max-width: 40rem) {
  .status { min-block-size: 0; flex-basis: 100%; }
  .log input { flex: 1 1 4rem; inline-size: 4rem; min-inline-size: 0; }
  table, tbody { display: block; }
  thead { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }
  tbody tr { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: 0.125rem 0.75rem; align-items: center; padding-block: 0.5rem; border-block-end: 1px solid var(--line); }
  tbody :is(th, td) { padding: 0; border: 0; min-inline-size: 0; }
  .url { grid-column: 1 / 3; }
  .url code { max-inline-size: none; }
  .variant { grid-column: 1 / -1; grid-row: 3; }
  .variant:not(:has(code)), .used { display: none; }
  .bytes { min-inline-size: 4rem; color: var(--ink-soft); }
  .freshness { display: flex; align-items: center; gap: 0.5rem; inline-size: auto; }
  .freshness .bar { flex: 1; }
  .actions { grid-column: 3; grid-row: 1 / 3; inline-size: auto; }
}
@container mendbox-panel (max-width: 30rem) {
  button, select, input { min-block-size: 2.5rem; }
  .actions button { min-block-size: 2.25rem; }
  .head, section { padding: 0.75rem; }
  section > header { margin-block-end: 0.5rem; }
  .scroll { max-block-size: 16.5rem; margin-inline: -0.75rem; padding-inline: 0.75rem; }
  /* So the buttons fill their lines. */
  .pair { order: 1; }
  .entries select { max-inline-size: 9rem; }
  .plot { block-size: 5.75rem; }
  .state { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 1rem; }
  .state > :is(header, dl) { grid-column: 1 / -1; }
  .state > header { min-block-size: 0; }
  .state .budget { margin-block-end: 0.5rem; }
  .budget p { display: grid; }
  .state dl { display: grid; grid-template-columns: subgrid; column-gap: 1rem; }
  .state dl > div { display: block; }
  dd { text-align: start; }
}
@media (prefers-reduced-motion: no-preference) {
  .freshness .bar i { transition: inline-size 1s linear; }
}
`;

let made: CSSStyleSheet | undefined;

/** The panel's style sheet, made once; constructed, so that no policy about inline styles forbids it. */
export function sheet(): CSSStyleSheet {
  if (!made) {
    made = new CSSStyleSheet();
    made.replaceSync(CSS);
  }
  return made;
}
