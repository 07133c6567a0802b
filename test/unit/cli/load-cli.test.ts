/** `lumos load` on a server of the test's own, and the options of a load on `lumos run`. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCli } from '../../../src/cli/program.js';
import { factorsGiven, withOptions } from '../../../src/cli/run-options.js';
import { ExperimentSchema } from '../../../src/domain/experiment.js';
import { collectPrinted, type Printed } from './printed.js';

let servers: Server[] = [];
let folder = '';
let printed: Printed;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lumos-load-cli-'));
  printed = collectPrinted();
});
afterEach(async () => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
  await Promise.all(
    servers.map((server) => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    }),
  );
  servers = [];
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`;
}

const brief = ['--duration', '0.4', '--warm-up', '0.1'];

interface Told {
  levels: { concurrency: number; succeeded: number; errors: object; rate?: number; latencyMs?: object }[];
  reasons: Record<string, string>;
  knee?: object;
}
const json = async (...args: string[]): Promise<{ code: number; told: Told }> => {
  const code = await runCli(['load', ...args, '--json']);
  return { code, told: JSON.parse(printed.out) as Told };
};

describe('lumos load', () => {
  it('climbs a ladder of clients and tells nothing but JSON where that is asked for', async () => {
    const url = await serve((_, response) => response.end('hello'));
    const { code, told } = await json(url, '--clients', '1,2,4', ...brief);
    expect(code).toBe(0);
    expect(told).toMatchObject({ schema: 'lumos/load@1', url, reasons: {} });
    expect(told.levels.map(({ concurrency }) => concurrency)).toEqual([1, 2, 4]);
    for (const level of told.levels) {
      expect(level.succeeded).toBeGreaterThan(10);
      expect(level.errors).toEqual({});
      expect(level).not.toHaveProperty('class');
      expect(level).not.toHaveProperty('instances');
    }
    expect(told).toHaveProperty('knee');
  });

  it('keeps a rate, posts a body, and says in a table what was wrong with the answers', async () => {
    const bodies = new Set<string>();
    const url = await serve((request, response) => {
      request.setEncoding('utf8');
      request.on('data', (text: string) =>
        bodies.add(`${request.method ?? ''} ${text} ${String(request.headers['x-a'])}`),
      );
      request.on('end', () => response.end('other'));
    });
    const [body, expected] = [join(folder, 'body'), join(folder, 'expected')];
    writeFileSync(body, 'ping');
    writeFileSync(expected, 'pong');
    const args = ['--rate', '100', '--arrivals', 'constant', '--body', body, '--expect', expected];
    const counted = ['--requests', '40', '--duration', '30', '--warm-up', '0.1'];
    expect(await runCli(['load', url, ...args, '--header', 'X-A: b', ...counted])).toBe(1);
    expect([...bodies]).toEqual(['POST ping b']);
    expect(printed.out).toContain('constant 100/s');
    expect(printed.out).toMatch(/40 wrong-output/);
    expect(printed.out).toContain('answered other than expected: 5 bytes, expected 4');
  });

  it('ends by a count', async () => {
    const url = await serve((_, response) => response.end());
    const { told } = await json(url, '--requests', '20', '--warm-up', '0');
    expect(told.levels).toMatchObject([{ succeeded: 20 }]);
  });

  it.each([
    [['http://192.0.2.1/'], 'add --allow-target 192.0.2.1:80'],
    [['http://127.0.0.1:9/', '--rate', '5', '--clients', '2'], 'Give --rate or --clients.'],
    [['http://127.0.0.1:9/', '--rate', '50000'], 'above the bound of 20000'],
    [['http://127.0.0.1:9/', '--clients', '5000'], 'above the bound of 1000'],
    [['http://127.0.0.1:9/', '--duration', '900'], 'above the bound of 600000'],
    [
      ['http://127.0.0.1:9/', '--body', '/nowhere/at/all'],
      '/nowhere/at/all: there is no such file or folder',
    ],
    [['http://127.0.0.1:9/', '--header', 'nonsense'], 'no header'],
    [['http://127.0.0.1:9/', '--until', 'p42:0.1'], 'A quantile is expected'],
    [['http://127.0.0.1:9/', '--arrivals', 'weekly', '--rate', '1'], 'arrivals'],
  ])('refuses %j before it sends anything', async (args, why) => {
    expect(await runCli(['load', ...args])).toBe(2);
    expect(printed.err).toContain(why);
  });

  it('has help with examples', async () => {
    expect(await runCli(['load', '--help'])).toBe(0);
    expect(printed.out).toContain('--allow-target');
    expect(printed.out).toContain('lumos load http://127.0.0.1:8080/ --rate 1000 --duration 30');
  });
});

describe('the options of a load on lumos run', () => {
  const experiment = ExperimentSchema.parse({
    ...{ name: 'mine', functions: ['echo'], runtimes: ['native'], concurrency: [1, 2, 50] },
    load: { ramp: { fromPerSecond: 1, toPerSecond: 9, overSeconds: 3 }, seconds: 7, instances: { max: 5 } },
  });
  const base = { functionsPath: [] };

  it('leave an experiment alone where none is given', () => {
    expect(withOptions(experiment, base)).toEqual(experiment);
  });

  it('lie over what it declares: rates in place of its schedule and its clients', () => {
    const { load, concurrency } = withOptions(experiment, {
      ...{ ...base, rate: [5, 50], duration: 2, warmUp: 0.5, requests: 100, maxInstances: 3 },
      ...{ pin: true, until: { quantile: 'p99', width: 0.1 }, rounds: 2 },
    });
    expect(concurrency).toEqual([1]);
    expect(load).toMatchObject({
      ...{
        rates: [5, 50],
        arrivals: 'poisson',
        seconds: 2,
        warmUpSeconds: 0.5,
        count: 100,
        rounds: 2,
        pin: true,
      },
      ...{ precision: { quantile: 'p99', width: 0.1 }, instances: { max: 3, concurrency: 1 } },
    });
    expect(load).not.toHaveProperty('ramp');
  });

  it('are a load where there was none, and cannot be given to a run that is taken up again', () => {
    const plain = ExperimentSchema.parse({ name: 'p', functions: ['echo'], runtimes: ['native'] });
    expect(withOptions(plain, { ...base, duration: 3 }).load).toMatchObject({ seconds: 3 });
    expect(factorsGiven({ ...base, pin: true, rate: [1], warmUp: 0 })).toEqual([
      '--rate',
      '--warm-up',
      '--pin',
    ]);
  });
});
