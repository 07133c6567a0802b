import { describe, expect, it } from 'vitest';
import { parseHTML } from 'linkedom';
import { renderHtml } from '../../../src/report/html/render-html.js';
import { html, trusted } from '../../../src/report/html/template.js';
import { collectSamples } from '../../../src/report/samples.js';
import { fixtureManifest, fixtureRows, fixtureSummary } from './fixture.js';

const manifest = fixtureManifest();
const summary = fixtureSummary();
const rows = fixtureRows();

describe('the template', () => {
  it('escapes what it is given and not what it made', () => {
    const inner = html`<b>${'<&>"\''}</b>`;
    expect(html`<p title="${'"'}">${[inner, 1, trusted('<i></i>')]}</p>`.toString()).toBe(
      '<p title="&quot;"><b>&lt;&amp;&gt;&quot;&#39;</b>1<i></i></p>',
    );
  });
});

describe('the page', () => {
  it('draws every sample of every cell in each variant', async () => {
    const page = renderHtml({ manifest, summary, samples: await collectSamples(rows) });
    const ok = rows.filter((row) => row.outcome === 'ok').length;
    const circles = (text: string): number => text.split('<circle').length - 1;
    const ratioDots = summary.comparisons.length;
    expect(circles(page)).toBe(2 * (ok + ratioDots));
  });

  it('says when the points are a sample', async () => {
    const page = renderHtml({ manifest, summary, samples: await collectSamples(rows, 20) });
    expect(page.replaceAll(/\s+/g, ' ')).toContain(
      'with up to 100 samples a uniform random sample of 20 is drawn',
    );
  });

  it('is the same text for the same run', async () => {
    const render = async (): Promise<string> =>
      renderHtml({ manifest, summary, samples: await collectSamples(rows) });
    expect(await render()).toBe(await render());
  });

  it('keeps names and descriptions from data inert', () => {
    const evil = '<script>alert(1)</script><img src=x onerror="alert(1)">\'"&';
    const page = renderHtml({
      manifest: {
        ...manifest,
        runId: evil,
        experiment: { ...manifest.experiment, description: evil },
        probes: { [evil]: evil },
      },
      summary: {
        ...summary,
        cells: summary.cells.map((cell) => ({
          ...cell,
          function: evil,
          runtime: `${cell.runtime}${evil}`,
          notes: [evil],
        })),
        comparisons: [],
      },
      samples: [],
    });
    const { document } = parseHTML(page) as {
      document: { querySelectorAll(selector: string): { length: number } };
    };
    expect(page).not.toContain('<script');
    expect(page).not.toContain('<img');
    expect(document.querySelectorAll('script, img, [onerror]').length).toBe(0);
    expect(page).toContain('&lt;script&gt;alert(1)');
  });

  it('is a whole page when there is nothing to show', () => {
    const page = renderHtml({
      manifest: { ...manifest, state: 'interrupted' },
      summary: { ...summary, cells: [], comparisons: [] },
      samples: [],
    });
    expect(page).toContain('not complete (state: interrupted)');
    expect(page).toContain('No two runtimes could be compared');
    expect(page).not.toContain('<svg');
  });
});
