import { test } from 'vitest';
import { writeFileSync } from 'node:fs';
import { renderHtml } from '../../../src/report/html/render-html.js';
import { collectSamples } from '../../../src/report/samples.js';
import { fixtureSummary, fixtureManifest, fixtureRows } from './fixture.js';
test('x', async () => {
  const s = fixtureSummary();
  const t = Date.now();
  const h = renderHtml({
    manifest: fixtureManifest(),
    summary: s,
    samples: await collectSamples(fixtureRows()),
  });
  console.log(h.length, Date.now() - t);
  writeFileSync('/tmp/rt/report.html', h);
});
