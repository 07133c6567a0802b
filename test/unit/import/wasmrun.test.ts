import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MeasurementSchema, type Measurement } from '../../../src/domain/measurement.js';
import { milliseconds } from '../../../src/domain/units.js';
import type { ImportFacts } from '../../../src/import/imported-rows.js';
import { linesInBlocks } from '../../../src/import/wasmrun/blocked-lines.js';
import { CpuCounter, cpuBetween } from '../../../src/import/wasmrun/cpu-counter.js';
import { parseEpochTime } from '../../../src/import/wasmrun/epoch-time.js';
import { importWasmrun } from '../../../src/import/wasmrun/import-wasmrun.js';
import { parseInfo } from '../../../src/import/wasmrun/info-file.js';
import { parseLog } from '../../../src/import/wasmrun/log-file.js';
import { containersOf } from '../../../src/import/wasmrun/request-blocks.js';
import { outcomeOfHttp } from '../../../src/import/wasmrun/rows-of-arm.js';
import { labelOf, levelsOf } from '../../../src/import/wasmrun/throughput.js';
import { counterOf, writeArm, writeSumTree, writeThroughput } from './wasmrun-tree.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lumos-wasmrun-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function imported(path = root): Promise<{ rows: Measurement[]; facts: ImportFacts }> {
  const { rows, facts } = importWasmrun(path);
  const all: Measurement[] = [];
  for await (const row of rows) all.push(MeasurementSchema.parse(row));
  return { rows: all, facts: facts() };
}

const of = (rows: readonly Measurement[], runtime: string, start: string, payload: string): Measurement[] =>
  rows.filter((row) => row.runtime === runtime && row.start === start && row.payload === payload);

const textOf = ({ findings }: ImportFacts, id: string): string =>
  findings
    .filter((finding) => finding.id === id)
    .map(({ text }) => text)
    .join('\n');

describe('points in time', () => {
  it('count nanoseconds after the dot, padded or not', () => {
    expect(parseEpochTime('1736200647.5064743')).toBeCloseTo(1736200647005.0647, 3);
    expect(parseEpochTime('1736200647.506474300')).toBeCloseTo(1736200647506.474, 3);
    expect(parseEpochTime('soon')).toBeUndefined();
  });
});

describe('blocks', () => {
  it('end with a blank line each; two in a row are a payload of which every request failed', () => {
    expect(linesInBlocks('a,1\na,2\n\n\nb,3\n\n')).toEqual([['a,1', 'a,2'], [], ['b,3']]);
    expect(linesInBlocks('a,1\n')).toEqual([['a,1']]);
    expect(linesInBlocks('')).toEqual([]);
  });

  it('of a function without a payload have the label none', () => {
    expect(
      parseInfo('-----\nNo payload\nStart-time: 1700000000.5\nEnd-time: 1700000001.5\n-----\n'),
    ).toMatchObject([{ payload: 'none', startedAt: expect.closeTo(1_700_000_000_000, 3) as number }]);
  });
});

describe('containers of requests', () => {
  it('are those of the lines where there are as many of these as requests', () => {
    expect(containersOf(['a', 'b'], 2, 0)).toEqual(['a', 'b']);
  });
  it('are the ones that are there, where the failed requests have none', () => {
    expect(containersOf(['a', '', 'b'], 2, 1)).toEqual(['a', 'b']);
  });
  it('are one for all, whatever the count, where there is only one', () => {
    expect(containersOf(['a', 'a', 'a'], 5, 0)).toEqual(['a', 'a', 'a', 'a', 'a']);
  });
  it('are unknown where it cannot be told which served which', () => {
    expect(containersOf(['a', 'b', 'c'], 2, 0)).toEqual([undefined, undefined]);
    expect(containersOf(['a', 'b', 'c'], 2, 1)).toEqual([undefined, undefined]);
    expect(containersOf(undefined, 2, 0)).toEqual([undefined, undefined]);
  });
});

describe('the CPU counter', () => {
  const at = (
    second: number,
    ms: number,
    clocks = 60,
  ): { at: ReturnType<typeof milliseconds>; value: number } => ({
    at: milliseconds(second * 1000),
    value: counterOf(ms, clocks),
  });

  it('reads too high while the governor clocks down, which the next reading at full clock corrects', () => {
    const counter = new CpuCounter([at(0, 100), at(1, 300, 24), at(2, 300, 40), at(3, 300), at(4, 350)]);
    expect(counter.usedBy(milliseconds(1000))).toBeCloseTo(300, 6);
    expect(cpuBetween(counter, milliseconds(0), milliseconds(1000))).toBeCloseTo(200, 6);
  });

  it('says nothing of what is after its last reading, nor of two moments that it does not tell apart', () => {
    const counter = new CpuCounter([at(0, 100), at(1, 100)]);
    expect(cpuBetween(counter, milliseconds(0), milliseconds(2000))).toBeUndefined();
    expect(cpuBetween(counter, milliseconds(0), milliseconds(1000))).toBeUndefined();
  });
});

describe('logs.txt', () => {
  it('has the failures with the payload that was processed, and how often it had begun', () => {
    const log = parseLog(
      'Processing payload: 1 for function: f\nProcessing payload: 2 for function: f\n' +
        '[2025-01-01 00:00:00] Request failed for f. HTTP code: 502\n' +
        'Processing payload: 2 for function: f\n[2025-01-02 00:00:00] Request failed for f. HTTP code: 504\n' +
        '[2025-01-02 00:00:00] Request failed for g. HTTP code: 504\n',
      'f',
    );
    expect(log.failures).toMatchObject([
      { payload: '2', occurrence: 1, httpCode: '502' },
      { payload: '2', occurrence: 2, httpCode: '504' },
    ]);
    expect(log.foreign).toBe(1);
  });

  it.each([
    ['504', 'timeout'],
    ['502', 'crashed'],
    ['503', 'rejected'],
    ['000', 'rejected'],
  ] as const)('HTTP %s is %s', (code, outcome) => {
    expect(outcomeOfHttp(code)).toBe(outcome);
  });

  it('counts the levels of one run up, and begins anew with the next', () => {
    expect(levelsOf([10, 20, 10, 20], 2)).toEqual([10, 20]);
    expect(levelsOf([10, 10, 20], 2)).toEqual([10, 20]);
    expect(levelsOf([], 10)).toHaveLength(10);
    expect(levelsOf([], 7)).toBeUndefined();
  });
});

describe('rows of the artefact', () => {
  it('are one a request, with the factors of CONTRACT.md', async () => {
    writeSumTree(root);
    const { rows } = await imported();
    expect(rows.filter(({ outcome }) => outcome === 'ok')).toHaveLength(4 + 4 + 3);
    expect(of(rows, 'wasmrun-native', 'warm', '10').map((row) => row.latencyMs)).toEqual([20, 22]);
    expect(of(rows, 'wasmrun-native', 'warm', '10')[0]).toMatchObject({
      ...{ function: 'sum', class: 'container', environment: 'raspberry-pi-k8s', concurrency: 1 },
      ...{ startedAt: '2023-11-14T22:13:20.000Z', deployment: 'sum-native-00001-deployment-1' },
    });
    expect(of(rows, 'wasmrun-wasmedge', 'cold', '20')[0]).toMatchObject({
      class: 'wasm-interpreted',
      latencyMs: 4000,
    });
    expect(new Set(rows.map(({ trial, invocation }) => `${trial} ${invocation}`)).size).toBe(rows.length);
  });

  it('have no figure that the artefact does not have', async () => {
    writeSumTree(root);
    const { rows } = await imported();
    const [row] = of(rows, 'wasmrun-wasmedge', 'warm', '10');
    for (const name of ['payloadBytes', 'responseBytes', 'cpuMs', 'peakMemoryBytes', 'node', 'sandbox'])
      expect(row).not.toHaveProperty(name);
  });

  it('have a failure of logs.txt as a row with its reason and without a latency', async () => {
    writeSumTree(root);
    const { rows, facts } = await imported();
    const failed = rows.filter(({ outcome }) => outcome !== 'ok');
    expect(failed).toHaveLength(1);
    expect(failed[0]).toMatchObject({
      outcome: 'timeout',
      reason: 'HTTP 504, in logs.txt only',
      payload: '10',
      start: 'cold',
    });
    expect(failed[0]).not.toHaveProperty('latencyMs');
    expect(textOf(facts, 'failures-dropped')).toContain(
      'execution_time/sum/wasm/cold, payload 10: 1 request (HTTP 504)',
    );
  });

  it('have node, CPU time and memory of their own container', async () => {
    writeSumTree(root);
    const { rows } = await imported();
    const cold = of(rows, 'wasmrun-wasmedge', 'cold', '10').filter(({ outcome }) => outcome === 'ok');
    expect(cold.map(({ node }) => node)).toEqual(['one', 'two']);
    expect(cold.map(({ peakMemoryBytes }) => peakMemoryBytes)).toEqual([9000, 7000]);
    // The first reading plus 3 s of latency is at 204 s: 1500 ms, as the reading at full clock says.
    expect(cold[0]?.cpuMs).toBeCloseTo(1500, 3);
    expect(cold[1]).not.toHaveProperty('cpuMs');
    expect(new Set(cold.map(({ sandbox }) => sandbox)).size).toBe(2);
  });

  it('share the CPU time of a warm block evenly, and have none after the last reading', async () => {
    writeSumTree(root);
    const { rows } = await imported();
    const [first, second] = of(rows, 'wasmrun-native', 'warm', '10');
    expect(first?.cpuMs).toBeCloseTo(20, 3);
    expect(second?.cpuMs).toBeCloseTo(20, 3);
    expect(first?.sandbox).toBe(second?.sandbox);
    expect(first?.trial).toBe(second?.trial);
    expect(of(rows, 'wasmrun-native', 'warm', '20')[0]).not.toHaveProperty('cpuMs');
    expect(first?.peakMemoryBytes).toBe(3000);
    expect(of(rows, 'wasmrun-native', 'warm', '20')[0]?.peakMemoryBytes).toBe(4000);
  });
});

describe('throughput', () => {
  it('is kept as sums by clients, and no rate is made of it', async () => {
    writeSumTree(root);
    writeThroughput(root);
    const { facts } = await imported();
    const sums = facts.latencySums?.filter(({ function: name }) => name === 'sum');
    expect(sums?.map(({ run, clients, sumMs }) => [run, clients, sumMs])).toEqual([
      [0, 10, 500],
      [0, 20, 1200],
      [1, 10, 520],
      [1, 20, 1400],
    ]);
    expect(textOf(facts, 'misnamed-figure')).toContain('8 sums of one-shot latencies');
  });

  it('has no secrets in its labels', () => {
    expect(labelOf('{"key": "sesame", "n": 3}')).toBe('{"key":"...","n":3}');
    expect(labelOf('10')).toBe('10');
    expect(labelOf('plain text')).toBe('plain text');
  });

  it('says which arm is missing, whose telemetry is of another time, and which warm-ups failed', async () => {
    writeSumTree(root);
    writeThroughput(root);
    const { facts } = await imported();
    expect(textOf(facts, 'missing-arm')).toContain('throughput/sum/wasm is missing');
    expect(textOf(facts, 'foreign-telemetry')).toContain(
      'throughput/sum/native: its telemetry is of another time',
    );
    expect(textOf(facts, 'foreign-telemetry')).not.toContain('hello');
    expect(textOf(facts, 'failures-dropped')).toContain(
      'throughput/hello/native: 1 warm-up that never got an answer',
    );
  });
});

describe('a tree that is not as expected', () => {
  it.each(['.', 'measurement_data', 'measurement_data/execution_time'])('is found from %s', async (below) => {
    writeSumTree(join(root, 'measurement_data'));
    const { rows } = await imported(join(root, below));
    expect(rows).toHaveLength(12);
  });

  it('may have other functions, modes and payloads', async () => {
    writeArm(root, 'execution_time/new-function/wasm-aot/warm', {
      info: '-----\nPayload: huge\nStart-time: 1700000000.000000000\nEnd-time: 1700000009.000000000\n-----\n',
      time: 'new-function-wasm-aot,7\n\n',
      ...{ pods: '', logs: '', cpu: '', memory: '' },
    });
    const { rows } = await imported();
    expect(rows).toMatchObject([
      {
        function: 'new-function',
        runtime: 'wasmrun-wasmedge-aot',
        class: 'wasm-aot',
        payload: 'huge',
        latencyMs: 7,
      },
    ]);
  });

  it('has its unknown folders and missing files reported, and the rest taken', async () => {
    writeSumTree(root);
    mkdirSync(join(root, 'execution_time/sum/jvm/warm'), { recursive: true });
    mkdirSync(join(root, 'execution_time/sum/wasm/lukewarm'), { recursive: true });
    mkdirSync(join(root, 'energy'));
    rmSync(join(root, 'execution_time/sum/wasm/cold/filtered_cpu.csv'));
    rmSync(join(root, 'execution_time/sum/wasm/cold/info.txt'));
    const { rows, facts } = await imported();
    const text = textOf(facts, 'incomplete-source');
    for (const name of ['execution_time/sum/jvm', 'execution_time/sum/wasm/lukewarm', 'energy'])
      expect(text).toContain(`${name}: nobody knows this folder`);
    expect(text).toContain('execution_time/sum/wasm/cold: info.txt, filtered_cpu.csv not there');
    const cold = rows.filter(({ start, outcome }) => start === 'cold' && outcome === 'ok');
    expect(cold.map(({ payload }) => payload)).toEqual(['block-1', 'block-1', 'block-2']);
    expect(cold[0]).not.toHaveProperty('startedAt');
  });

  it('may end in more blank lines than it has payloads', async () => {
    writeSumTree(root);
    const file = join(root, 'execution_time/sum/wasm/warm/time.csv');
    writeFileSync(file, `${readFileSync(file, 'utf8')}\n\n`);
    const { rows, facts } = await imported();
    expect(rows).toHaveLength(12);
    expect(textOf(facts, 'incomplete-source')).not.toContain('blocks');
  });

  it('has lines of another function left out and counted', async () => {
    writeSumTree(root);
    writeFileSync(
      join(root, 'execution_time/sum/wasm/warm/time.csv'),
      'sum-wasm,200\nother-wasm,1\n\nsum-wasm,400\n\n',
    );
    const { rows, facts } = await imported();
    expect(of(rows, 'wasmrun-wasmedge', 'warm', '10')).toHaveLength(1);
    expect(textOf(facts, 'incomplete-source')).toContain('1 lines of time.csv are no times of sum-wasm');
  });

  it('is refused where it has neither of the two folders', () => {
    expect(() => importWasmrun(root)).toThrow('neither execution_time nor throughput');
  });
});
