import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCli } from '../../../src/cli/program.js';
import { fitModel } from '../../../src/model/fit/fit-model.js';
import { allCells, runsOf } from '../model/synthetic-cells.js';
import { collectPrinted, type Printed } from './printed.js';

let folder: string;
let printed: Printed;
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lumos-simulate-'));
  writeFileSync(at('model.json'), JSON.stringify(fitModel(runsOf(allCells()), '0.1.0').file));
  const rows = Array.from({ length: 120 }, (_, i) => `${i * 90},${i % 4 === 3 ? 'b' : 'a'},25`);
  writeFileSync(at('trace.csv'), ['seconds,function,durationMs', ...rows, ''].join('\n'));
  writeFileSync(at('broken.csv'), 'seconds,function\n1,a\nnever,a\n2,a\n');
  writeFileSync(
    at('workload.yaml'),
    'function: work-1\npayload: "8192"\nkeepAliveSeconds: 100\nruntimes: [docker, wasmtime-aot]\narrivals: { trace: trace.csv, function: a }\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  printed = collectPrinted();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const simulate = (trace: string, ...more: string[]): Promise<number> =>
  runCli(['model', 'simulate', at(trace), '--model', at('model.json'), ...more]);
const usual = ['--function', 'work-1', '--payload', '8192', '--runtime', 'docker,wasmtime-aot'];

interface Answer {
  readonly brokenRows: number;
  readonly cases: {
    runtime: string;
    instances: { policy: string; keepAliveSeconds: number };
    coldShare: { value: number };
    invocations: number;
    leftOut: number;
    latency: { p50: { ms: number } };
    memoryGibSeconds: { value: number };
    costPerMillion?: { value: number };
  }[];
}

describe('lumos model simulate', () => {
  it('gives each runtime under each policy and keep-alive, as JSON alone', async () => {
    const code = await simulate(
      'trace.csv',
      ...[...usual, '--policy', 'fixed,hybrid-histogram', '--keep-alive', '60,600'],
      ...['--prices', 'aws-lambda', '--json'],
    );
    expect(code).toBe(0);
    const { cases } = JSON.parse(printed.out) as Answer;
    expect(
      cases.map(({ runtime, instances }) => [runtime, instances.policy, instances.keepAliveSeconds]),
    ).toEqual([
      ['docker', 'fixed', 60],
      ['wasmtime-aot', 'fixed', 60],
      ['docker', 'fixed', 600],
      ['wasmtime-aot', 'fixed', 600],
      ['docker', 'hybrid-histogram', 60],
      ['wasmtime-aot', 'hybrid-histogram', 60],
    ]);
    // Every 90 s or more, and an instance goes after 60: all are cold; after 600: the first of a and of b.
    expect(cases.map(({ coldShare }) => coldShare.value).slice(0, 4)).toEqual([1, 1, 2 / 120, 2 / 120]);
    expect(cases.every(({ costPerMillion }) => (costPerMillion?.value ?? 0) > 0.2)).toBe(true);
    expect(printed.err).toBe('');
  });

  it('prints a table, with what it is of', async () => {
    expect(await simulate('trace.csv', ...usual, '--max', '3')).toBe(0);
    expect(printed.out).toContain('wasmtime-aot');
    expect(printed.out).toContain('120 invocations of 2 functions');
    expect(printed.out).toContain('0 to 3 instances');
    expect(printed.out).toContain('GiB-s');
  });

  it('leaves functions out that have no name, and takes durations of the trace', async () => {
    const code = await simulate(
      'trace.csv',
      ...[
        '--function',
        'a=work-1',
        '--payload',
        '8192',
        '--runtime',
        'native',
        '--service',
        'trace',
        '--json',
      ],
    );
    expect(code).toBe(0);
    const [only] = (JSON.parse(printed.out) as Answer).cases;
    expect(only).toMatchObject({ invocations: 90, leftOut: 30 });
    expect(only?.latency.p50.ms).toBeCloseTo(25, 0);
  });

  it('counts broken rows that are left out', async () => {
    expect(await simulate('broken.csv', ...usual, '--skip-bad-rows', '--json')).toBe(0);
    expect((JSON.parse(printed.out) as Answer).brokenRows).toBe(1);
    expect(printed.err).toContain('1 broken row was left out');
  });

  it.each([
    ['without a function', ['--payload', '8192'], 'needs --function and --payload'],
    [
      'a function the model never saw',
      ['--function', 'wrok-1', '--payload', '8192'],
      'Did you mean "work-1"',
    ],
    ['a policy there is not', [...usual, '--policy', 'fixd'], 'There are: fixed, hybrid-histogram'],
    ['min above max', [...usual, '--min', '9', '--max', '2'], '--min 9 is above --max 2'],
    ['two for all', [...usual, '--function', 'work-2'], 'cannot both stand for every function'],
    ['nobody', ['--function', 'x=work-1', '--payload', '8192'], 'no invocation of a function'],
    ['a seed that is none', [...usual, '--seed', 'x'], 'whole number'],
    ['a source there is not', [...usual, '--service', 'guess'], 'neither model nor trace'],
  ])('refuses %s with 2', async (_, more, words) => {
    expect(await simulate('trace.csv', ...more)).toBe(2);
    expect(printed.err).toContain(words);
    expect(printed.out).toBe('');
  });

  it('refuses a trace that is broken or not there', async () => {
    expect(await simulate('broken.csv', ...usual)).toBe(2);
    expect(printed.err).toContain('broken.csv:3');
    expect(await simulate('none.csv', ...usual)).toBe(2);
  });
});

describe('lumos model recommend', () => {
  it('takes a trace as arrivals, from the folder of the workload', async () => {
    const code = await runCli([
      'model',
      'recommend',
      at('workload.yaml'),
      '--model',
      at('model.json'),
      '--json',
    ]);
    expect(code).toBe(0);
    const { candidates, warnings } = JSON.parse(printed.out) as {
      candidates: { coldShare: number }[];
      warnings: string[];
    };
    // Of a: 90 s apart, and 180 where one of b is between.
    for (const { coldShare } of candidates) expect(coldShare).toBeCloseTo(1 / 3, 1);
    expect(warnings[0]).toContain('The arrivals are a list');
  });
});
