/** The HTML report in a real browser: Chromium from PATH, the file from disk, no network. */
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderCsv } from '../../src/report/csv.js';
import { renderHtml } from '../../src/report/html/render-html.js';
import { collectSamples } from '../../src/report/samples.js';
import { fixtureManifest, fixtureRows, fixtureSummary } from '../unit/report/fixture.js';

function onPath(...names: string[]): string {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of names) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        continue;
      }
    }
  }
  throw new Error(`none of ${names.join(', ')} is on PATH: apt-get install chromium`);
}

const summary = fixtureSummary();
let folder: string;
let address: string;
let browser: BrowserContext;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lumos-report-'));
  const file = join(folder, 'report.html');
  const samples = await collectSamples(fixtureRows());
  await writeFile(file, renderHtml({ manifest: fixtureManifest(), summary, samples }));
  address = pathToFileURL(file).href;
  browser = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath: onPath('chromium', 'chromium-browser', 'google-chrome'),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
});

afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

interface Opened {
  readonly page: Page;
  readonly complaints: string[];
  readonly requests: string[];
}

async function open(
  width: number,
  colorScheme: 'light' | 'dark' = 'light',
  media: 'screen' | 'print' = 'screen',
): Promise<Opened> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => requests.push(request.url()));
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme, media });
  await page.goto(address);
  return { page, complaints, requests };
}

interface DrawnChart {
  readonly width: number;
  readonly height: number;
  readonly label: string;
}

/** Charts that are drawn, with their sizes and names. Scripts for the page are text: the project knows no browser types. */
const drawnCharts = (page: Page): Promise<DrawnChart[]> =>
  page.evaluate(`[...document.querySelectorAll('svg[role="img"]')]
    .filter((chart) => chart.checkVisibility())
    .map((chart) => {
      const { width, height } = chart.getBoundingClientRect();
      return { width, height, label: chart.getAttribute('aria-label') ?? '' };
    })`);

const widthOfPage = (page: Page): Promise<number> => page.evaluate('document.documentElement.scrollWidth');

/** Relative luminance and contrast ratio of WCAG 2.2. */
function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? []).map((part) => Number(part) / 255);
  const linear = (part: number): number => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const colorOf = (page: Page, selector: string, property: string): Promise<string> =>
  page.evaluate(
    `getComputedStyle(document.querySelector(${JSON.stringify(selector)})).getPropertyValue(${JSON.stringify(property)})`,
  );

describe('the report in a browser', () => {
  it.each([360, 720, 1280])(
    'opens at %d px without a complaint, a request or a page wider than the screen',
    async (width) => {
      const { page, complaints, requests } = await open(width);
      expect(complaints).toEqual([]);
      expect(requests).toEqual([address]);
      expect(await widthOfPage(page)).toBe(width);
      await page.close();
    },
  );

  it.each([
    [360, 'narrow'],
    [1280, 'wide'],
  ])(
    'shows every chart at %d px in its %s variant, named, with a title and a table',
    async (width, variant) => {
      const { page } = await open(width);
      const charts = await drawnCharts(page);
      const figures = await page.locator('figure').count();
      expect(figures).toBe(9);
      expect(charts).toHaveLength(figures);
      expect(await page.locator(`svg.${variant}:visible`).count()).toBe(figures);
      for (const chart of charts) {
        expect(chart.width).toBeGreaterThan(300);
        expect(chart.width).toBeLessThanOrEqual(width);
        expect(chart.height).toBeGreaterThan(200);
        expect(chart.label).toContain('What to see: ');
      }
      expect(await page.locator('figure figcaption h3').count()).toBe(figures);
      expect(await page.locator('figure details table').count()).toBe(figures);
      await page.close();
    },
  );

  it('keeps the text of charts readable on a phone', async () => {
    const { page } = await open(360);
    const heights: number[] = await page.evaluate(
      `[...document.querySelectorAll('svg.narrow text')].map((text) => text.getBoundingClientRect().height)`,
    );
    expect(heights.length).toBeGreaterThan(100);
    expect(Math.min(...heights)).toBeGreaterThan(10);
    await page.close();
  });

  it('turns dark with the system and keeps its contrast in both', async () => {
    const backgrounds: string[] = [];
    for (const scheme of ['light', 'dark'] as const) {
      const { page } = await open(1280, scheme);
      const background = await colorOf(page, 'body', 'background-color');
      backgrounds.push(background);
      for (const selector of [
        'body',
        '.quiet',
        'td.lower',
        'td.higher',
        'td.unsure',
        'tr.failure td',
        'a',
        '.legend dd',
      ]) {
        expect(
          contrast(await colorOf(page, selector, 'color'), background),
          `${selector}, ${scheme}`,
        ).toBeGreaterThanOrEqual(4.5);
      }
      const fill = await colorOf(page, 'svg.wide g[aria-label="dot"] circle', 'fill');
      expect(contrast(fill, background), `points, ${scheme}`).toBeGreaterThanOrEqual(3);
      await page.close();
    }
    expect(luminance(backgrounds[0] ?? '')).toBeGreaterThan(0.9);
    expect(luminance(backgrounds[1] ?? '')).toBeLessThan(0.05);
  });

  it('offers the summary and the CSV it was made from', async () => {
    const { page } = await open(1280);
    const decoded = async (name: string): Promise<string> => {
      const href = (await page.locator(`a[download="${name}"]`).getAttribute('href')) ?? '';
      return Buffer.from(href.slice(href.indexOf(',') + 1), 'base64').toString('utf8');
    };
    expect(JSON.parse(await decoded('summary.json'))).toEqual(summary);
    expect(await decoded('summary.csv')).toBe(renderCsv(summary));
    const download = page.waitForEvent('download');
    await page.locator('a[download="summary.json"]').click();
    expect((await download).suggestedFilename()).toBe('summary.json');
    await page.close();
  });

  it('prints light, with every table open and nothing cut at the width of a page', async () => {
    const { page } = await open(690, 'dark', 'print');
    expect(luminance(await colorOf(page, 'body', 'background-color'))).toBeGreaterThan(0.9);
    expect(await widthOfPage(page)).toBe(690);
    const hidden = await page.evaluate(`[...document.querySelectorAll('main *, header *, footer *')]
      .filter((element) => element.closest('svg.narrow') === null && element.closest('svg') === element.closest('svg.wide'))
      .filter((element) => element.closest('svg') === null || element.tagName === 'svg')
      .filter((element) => !element.checkVisibility({ contentVisibilityAuto: true, opacityProperty: true, visibilityProperty: true })
        || element.getBoundingClientRect().height === 0)
      .map((element) => element.outerHTML.slice(0, 80))`);
    expect(hidden).toEqual([]);
    const cut: string[] = await page.evaluate(`[...document.querySelectorAll('.scroll')]
      .filter((box) => box.scrollWidth > box.clientWidth).map((box) => box.getAttribute('aria-label'))`);
    expect(cut).toEqual([]);
    expect(await page.locator('svg.wide:visible').count()).toBe(9);
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.subarray(0, 5).toString('latin1')).toBe('%PDF-');
    await page.close();
  });
});
