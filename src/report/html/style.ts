/** The page's one style sheet: light, dark, narrow, printed. */
import { phases, RuntimeClassSchema } from '../../domain/factors.js';
import {
  classColor,
  paletteVariables,
  partColor,
  partNames,
  partSlug,
  seriesColor,
  seriesCount,
} from './palette.js';

const light = `--page: #ffffff; --panel: #f6f7f8; --text: #1c2024; --quiet: #5a636c; --line: #dde1e5; --accent: #0b5cad;
  --good: #0b6b3a; --bad: #a3290f; --open: #7a5b00; ${paletteVariables('light')}`;

const dark = `--page: #14171a; --panel: #1c2125; --text: #e6e9ec; --quiet: #a3acb5; --line: #333a41; --accent: #7db8f2;
  --good: #69d39b; --bad: #ff9a85; --open: #ecc765; ${paletteVariables('dark')}`;

const base = `
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--text);
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; }
main, header, footer { max-width: 70rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 3rem; }
footer { padding-bottom: 4rem; color: var(--quiet); font-size: 0.875rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 0.5rem; letter-spacing: -0.015em; overflow-wrap: anywhere; }
h2 { font-size: 1.375rem; line-height: 1.3; margin: 4rem 0 1rem; letter-spacing: -0.01em; }
h3 { font-size: 1.0625rem; line-height: 1.4; margin: 0 0 0.25rem; }
p, ul, ol, dl { max-width: 68ch; margin: 0 0 1rem; overflow-wrap: anywhere; }
a { color: var(--accent); text-underline-offset: 0.15em; }
code { font: 0.875em ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; overflow-wrap: anywhere; }
.quiet, .remark { color: var(--quiet); }
.lead { font-size: 1.125rem; line-height: 1.55; }
ul.answer { list-style: none; padding: 0; max-width: 46rem; }
ul.answer li { padding: 0.5rem 0 0.5rem 1rem; border-left: 3px solid var(--line); margin-bottom: 0.5rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); gap: 1rem; margin: 1rem 0; }
.card { background: var(--panel); border-radius: 0.5rem; padding: 1rem 1.25rem; }
.card ul { margin: 0; padding-left: 1.1rem; font-size: 0.9375rem; }
.card li + li { margin-top: 0.375rem; }
.warning { background: var(--panel); border-left: 3px solid var(--open); padding: 0.75rem 1rem; max-width: 68ch; }`;

const tables = `
.scroll { overflow-x: auto; max-width: 100%; margin: 0 0 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.9375rem; line-height: 1.45; }
table.main { width: 100%; }
th, td { padding: 0.3125rem 0.75rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
thead th { font-weight: 500; color: var(--quiet); vertical-align: bottom; }
th.name, tbody th, td.word { text-align: left; font-weight: 400; }
.interval { color: var(--quiet); text-align: left; padding-left: 0; }
tr.group th { padding-top: 1.5rem; font-weight: 650; text-align: left; }
tr.group span { position: sticky; left: 0.75rem; }
tr.failure td { text-align: left; color: var(--bad); font-size: 0.875rem; padding-left: 1.75rem; }
table.main tbody tr:not(.group) th:first-child { position: sticky; left: 0; background: var(--page); }
.lower { color: var(--good); } .higher { color: var(--bad); } .unsure { color: var(--open); } .same, .baseline { color: var(--quiet); }
.none { color: var(--bad); }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: 0.375rem 1.25rem; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
dl.legend { font-size: 0.875rem; color: var(--quiet); max-width: 60rem; }
details { margin: 0.5rem 0 1rem; }
summary { cursor: pointer; color: var(--accent); width: fit-content; padding: 0.25rem 0; }
details table { font-size: 0.8125rem; }`;

const figures = `
figure { margin: 2.5rem 0; max-width: 60rem; }
figcaption p { color: var(--quiet); margin-bottom: 0.25rem; }
.chart { display: block; width: 100%; height: auto; margin-top: 0.75rem; overflow: visible; font-family: inherit; }
.chart text { font-size: 12px; font-variant-numeric: tabular-nums; white-space: pre; }
.chart.narrow { display: none; max-width: 30rem; }
ul.key { list-style: none; padding: 0; margin: 0.75rem 0 0; display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; font-size: 0.875rem; }
.swatch { display: inline-block; width: 0.8em; height: 0.8em; border-radius: 2px; margin-right: 0.4em; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
${phases.map((phase) => `.swatch.phase-${phase} { background: var(--phase-${phase}); }`).join('\n')}
${RuntimeClassSchema.options.map((kind) => `.swatch.class-${kind} { background: ${classColor(kind)}; }`).join('\n')}
${partNames.map((name) => `.swatch.part-${partSlug(name)} { background: ${partColor(name)}; }`).join('\n')}
${Array.from({ length: seriesCount }, (_, index) => `.swatch.series-${index} { background: ${seriesColor(index)}; }`).join('\n')}`;

const narrow = `
@media screen and (max-width: 45rem) {
  main, header, footer { padding-left: 1rem; padding-right: 1rem; }
  header { padding-top: 1.75rem; }
  h1 { font-size: 1.625rem; }
  h2 { margin-top: 3rem; }
  .chart.wide { display: none; }
  .chart.narrow { display: block; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: 0.625rem; }
  table { font-size: 0.875rem; }
  th, td { padding-left: 0.5rem; padding-right: 0.5rem; }
}`;

/** Printed: light whatever the screen is, everything open, nothing cut. */
const print = `
@media print {
  :root { ${light} color-scheme: light; }
  @page { margin: 14mm; }
  html { font-size: 9.5pt; }
  body { line-height: 1.45; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main, header, footer { max-width: none; padding-left: 0; padding-right: 0; }
  header { padding-top: 0; }
  h1 { font-size: 18pt; } h2 { font-size: 13pt; margin-top: 2rem; } h3 { font-size: 10.5pt; }
  h2, h3, figcaption, tr.group { break-after: avoid; }
  .chart, .card, tr, dl { break-inside: avoid; }
  figure { max-width: none; margin: 1.5rem 0; }
  .scroll { overflow: visible; }
  table, details table, table.main { font-size: 7.5pt; }
  th, td { padding: 0.15rem 0.35rem; }
  table.data th, table.data td, tr.failure td { white-space: normal; }
  tr.failure td { font-size: inherit; }
  table.main tbody tr:not(.group) th:first-child, tr.group span { position: static; }
  details::details-content { content-visibility: visible; block-size: auto; display: block; }
  details > summary { color: var(--quiet); list-style: none; }
  a { color: inherit; }
}`;

/** The whole style sheet. It holds no text from data and must stay free of \`</style\`. */
export const styleSheet = `
:root { color-scheme: light dark; ${light} }
@media (prefers-color-scheme: dark) { :root { ${dark} } }
${base}${tables}${figures}${narrow}${print}
`;
