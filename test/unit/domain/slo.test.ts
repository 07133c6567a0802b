import { describe, expect, it } from 'vitest';
import { LumosError } from '../../../src/domain/errors.js';
import { parseObjective, scopedObjective, type Objective } from '../../../src/domain/slo.js';
import { parseExperiment } from '../../../src/experiment/experiment-file.js';
import { checkObjectiveScopes } from '../../../src/experiment/objective-scopes.js';

function refusal(work: () => unknown): LumosError {
  try {
    work();
  } catch (error) {
    if (error instanceof LumosError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('an objective', () => {
  it.each<[string, object]>([
    ['p95 < 50ms', { metric: 'quantile', share: 0.95, comparison: '<', limitMs: 50 }],
    ['p99.9 <= 1.5 s', { metric: 'quantile', share: 0.999, comparison: '<=', limitMs: 1500 }],
    ['  P50<300us ', { metric: 'quantile', share: 0.5, comparison: '<', limitMs: 0.3 }],
    ['median < 300µs', { metric: 'quantile', share: 0.5, comparison: '<', limitMs: 0.3 }],
    ['mean < .5 ms', { metric: 'mean', comparison: '<', limitMs: 0.5 }],
    ['error rate < 0.1%', { metric: 'error-rate', comparison: '<', limit: 0.001 }],
    ['error-rate  <= 5 %', { metric: 'error-rate', comparison: '<=', limit: 0.05 }],
    ['throughput > 200/s', { metric: 'throughput', comparison: '>', perSecond: 200 }],
    ['throughput >= 2.5 per second', { metric: 'throughput', comparison: '>=', perSecond: 2.5 }],
    ['cost < $1 per million', { metric: 'cost', comparison: '<', perMillion: 1 }],
    ['cost <= $ 0.40 per million requests', { metric: 'cost', comparison: '<=', perMillion: 0.4 }],
  ])('%s', (text, expected) => {
    const parsed: Objective = parseObjective(text);
    expect(parsed).toMatchObject(expected);
    expect(parsed.text).toBe(text.trim().replace(/\s+/g, ' '));
  });

  it.each([
    ['p95 < 50 parsecs', 'at character 7: expected a time above 0', 'found "50 parsecs"', ''],
    ['p95 < 50', 'at character 7: expected a time', 'found "50"', ''],
    ['p95 <', 'at character 6: expected a time', 'found nothing', ''],
    ['p95 < 0ms', 'at character 7: expected a time above 0', '', ''],
    ['p95 < -5ms', 'at character 7: expected a time above 0', '', ''],
    ['p95 = 50ms', 'at character 5: expected <, <=, > or >=', 'found "= 50ms"', ''],
    ['p95 ≤ 50ms', 'at character 5: expected <, <=, > or >=', '', ''],
    ['p95', 'at character 4: expected <, <=, > or >=', 'found nothing', ''],
    ['', 'at character 1: expected <', 'found nothing', ''],
    ['p95 > 50ms', 'at character 5: expected < or <=', 'p95 has an upper limit', ''],
    ['throughput < 200/s', 'at character 12: expected > or >=', 'throughput has a lower limit', ''],
    ['p100 < 1s', 'at character 1: expected a percentile', '', ''],
    ['p0 < 1s', 'at character 1: expected a percentile', '', ''],
    [
      'eror rate < 1%',
      'at character 1: expected a metric',
      'found "eror rate"',
      'Did you mean "error rate"?',
    ],
    ['troughput > 1/s', 'expected a metric', '', 'Did you mean "throughput"?'],
    ['error rate < 0.001', 'at character 14: expected a percentage', '', ''],
    ['error rate < 100%', 'expected a percentage above 0 and below 100', '', ''],
    ['throughput > 200', 'expected a rate above 0, e.g. 200/s', '', ''],
    ['cost < 1 per million', 'expected a price above 0, e.g. $1 per million', '', ''],
  ])('%j is refused with the place and what is expected', (text, place, found, remedy) => {
    const error = refusal(() => parseObjective(text));
    expect(error.kind).toBe('invalid-input');
    expect(error.message).toContain(place);
    expect(error.message).toContain(found);
    expect(error.remedy).toContain(remedy);
  });
});

describe('slo in an experiment', () => {
  const base = 'name: mine\nfunctions: [hashing]\nruntimes: [native]\n';
  const refused = (text: string): LumosError => refusal(() => parseExperiment(base + text, 'my.yaml'));

  it('takes lines, and lines with the cells they are for', () => {
    const { slo } = parseExperiment(
      `${base}slo:\n  - p95 < 50ms\n  - { objective: "mean < 2ms", functions: ["hash*"], runtimes: [native], starts: [warm] }\n`,
      'my.yaml',
    );
    const [all, some] = slo.map(scopedObjective);
    const cell = { function: 'hashing', runtime: 'native', start: 'warm' } as const;
    expect(all?.speaksOf({ ...cell, function: 'echo' })).toBe(true);
    expect(some?.speaksOf(cell)).toBe(true);
    expect(some?.speaksOf({ ...cell, function: 'echo' })).toBe(false);
    expect(some?.speaksOf({ ...cell, runtime: 'docker' })).toBe(false);
    expect(some?.speaksOf({ ...cell, start: 'cold' })).toBe(false);
  });

  it('says which entry is wrong, and the nearest metric', () => {
    const error = refused('slo: ["p95 < 50ms", "men < 5ms"]\n');
    expect(error.message).toBe('my.yaml: slo.1: "men < 5ms": at character 1: expected a metric, found "men"');
    expect(error.remedy).toContain('Did you mean "mean"?');
    expect(refused('slo: [{ objective: p95 }]\n').message).toContain('slo.0.objective: "p95"');
    expect(refused('slo: [5]\n').message).toContain('slo.0: expected an objective, e.g. "p95 < 50ms"');
  });

  it('has cost only with prices', () => {
    const error = refused('slo: ["cost < $1 per million"]\n');
    expect(error.message).toContain('slo.0: "cost < $1 per million": the experiment has no prices');
    expect(error.remedy).toContain('cost: { perGibSecond: ');
    const priced = 'slo: ["cost < $1 per million"]\ncost: { perGibSecond: 0.00001, perRequest: 0 }\n';
    expect(parseExperiment(base + priced, 'my.yaml').cost).toEqual({ perGibSecond: 0.00001, perRequest: 0 });
    expect(refused('cost: { perGibSeconds: 1, perRequest: 0 }\n').message).toContain('perGibSeconds');
  });

  it('refuses a name in its cells that there is not, and takes one that this run leaves out', () => {
    const slo = [{ objective: 'p95 < 5ms', functions: ['hashng'] }];
    const error = refusal(() => checkObjectiveScopes({ slo }, ['hashing', 'echo'], ['native']));
    expect(error.message).toBe('slo.0.functions: there is no function "hashng"');
    expect(error.remedy).toContain('Did you mean "hashing"?');
    const known = [{ objective: 'p95 < 5ms', functions: ['echo'], runtimes: ['wasmtime-*'] }];
    checkObjectiveScopes({ slo: known }, ['hashing', 'echo'], ['native', 'wasmtime-aot']);
  });
});
