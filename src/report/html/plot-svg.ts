/** Observable Plot where there is no browser: a plot's SVG as text, in a document of linkedom's. */
import { plot, type PlotOptions } from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { trusted, type Markup } from './template.js';

/** What this file uses of a DOM element; the project is compiled without the browser's types. */
interface SvgElement {
  readonly outerHTML: string;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  querySelectorAll(selector: string): Iterable<SvgElement & { remove(): void }>;
}

/** A tenth of a pixel is finer than a screen; the digits beyond it would be most of the page. */
const shorten = (svg: string): string =>
  svg.replace(/ (?:x|y|x1|x2|y1|y2|cx|cy|d|width|height|transform)="[^"]*"/g, (attribute) =>
    attribute.replace(/-?\d+\.\d{2,}/g, (number) => String(Number(Number(number).toFixed(1)))),
  );

/**
 * Draws a plot with the accessible name and the class given. Plot's own style sheet is left out: the page has one for
 * all charts, and a content security policy that allows no other.
 */
export function plotSvg(options: PlotOptions, label: string, className: string): Markup {
  const { document } = parseHTML('<!doctype html><html><body></body></html>') as {
    readonly document: unknown;
  };
  const svg = plot({ ...options, document }) as unknown as SvgElement;
  for (const style of svg.querySelectorAll('style')) style.remove();
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  svg.setAttribute('class', className);
  svg.removeAttribute('font-family');
  return trusted(shorten(svg.outerHTML));
}
