/** The load generator against wrk on the same server, its schedule, a server that stalls, and its memory. */
import { keepProcessTo } from '../src/control-plane/process/cpu-affinity.js';
import { withRoomInHeap } from '../src/data-plane/host/collect-garbage.js';
import { monotonicClock } from '../src/data-plane/probes/monotonic-clock.js';
import { LumosError } from '../src/domain/errors.js';
import { fromMebibytes, milliseconds } from '../src/domain/units.js';
import { runClosedLoop } from '../src/experiment/load/closed-loop.js';
import { createGeneratorProbe } from '../src/experiment/load/generator-probe.js';
import type { LevelOptions, LevelResult } from '../src/experiment/load/level.js';
import { runOpenLoop } from '../src/experiment/load/open-loop.js';
import type { Target } from '../src/experiment/load/target.js';
import { findEndpoint } from '../src/experiment/load/url-endpoint.js';
import { encodeUrlRequest } from '../src/experiment/load/url-request.js';
import { UrlTarget } from '../src/experiment/load/url-target.js';
import { formatCpuList } from '../src/domain/cpu-list.js';
import { allowedCpus } from '../src/data-plane/host/cpu-topology.js';
import { medianOf, type Figure, type Part } from './figures.js';
import { compileServers, cpus, wrk, type Servers, type WrkResult } from './load-servers.js';
import { withScratchFolder } from './repository.js';

const clock = monotonicClock;
const mebibyte = 2 ** 20;
const most = 32;
const rounds = 5;
const secondsEach = 3;

const options = (more: Partial<LevelOptions> & Pick<LevelOptions, 'stop'>): LevelOptions => ({
  ...{ clock, warmUpMs: milliseconds(0), timeoutMs: milliseconds(30_000) },
  ...more,
});

/** Hands a target that sends to `url` to `use`. A level with errors ends the part: its figures would be of something else. */
async function onUrl(url: string, use: (target: Target) => Promise<LevelResult>): Promise<LevelResult> {
  const endpoint = await findEndpoint(url, []);
  const request = encodeUrlRequest(endpoint, { method: 'GET', headers: [] });
  const target = new UrlTarget(endpoint, { clock, request, maximumResponseBytes: fromMebibytes(1) });
  try {
    const result = await use(target);
    if (Object.keys(result.errors).length > 0)
      throw new LumosError('failed', `the load had errors: ${JSON.stringify(result.errors)}`);
    return result;
  } finally {
    target.close();
  }
}

const closed = (url: string, clients: number, seconds: number): Promise<LevelResult> =>
  onUrl(url, (target) =>
    runClosedLoop(
      { kind: 'closed', clients },
      target,
      options({ warmUpMs: milliseconds(300), stop: { timeMs: milliseconds(seconds * 1000) } }),
    ),
  );

interface Pair {
  readonly ours: readonly LevelResult[];
  readonly theirs: readonly WrkResult[];
}

/** Both in turns, the other first every other round; both on the same core. */
async function pairs(url: string, clients: number): Promise<Pair> {
  const pair: { ours: LevelResult[]; theirs: WrkResult[] } = { ours: [], theirs: [] };
  const mine = async (): Promise<void> => void pair.ours.push(await closed(url, clients, secondsEach));
  const wrks = async (): Promise<void> => void pair.theirs.push(await wrk(url, clients, secondsEach));
  for (let round = 0; round < rounds; round += 1) {
    for (const one of round % 2 === 0 ? [mine, wrks] : [wrks, mine]) await one();
  }
  return pair;
}

const p50Of = (results: readonly LevelResult[]): number =>
  medianOf(results.map(({ latency }) => latency.quantile(0.5) ?? NaN));

async function againstWrk(servers: Servers, say: (line: string) => void): Promise<Figure[]> {
  const everything = formatCpuList(allowedCpus() ?? []);
  await keepProcessTo(process.pid, cpus.generator);
  try {
    say('as fast as it goes, against wrk');
    const fast = await servers.with([], (url) => pairs(url, most));
    say('half load, against wrk');
    const half = await servers.with(['workers', '8', '1000'], (url) => pairs(url, 4));
    const alone = await servers.with([], (url) => pairs(url, 1));
    const [theirs, ours] = [
      medianOf(fast.theirs.map(({ perSecond }) => perSecond)),
      medianOf(fast.ours.map(({ throughputPerSecond }) => throughputPerSecond)),
    ];
    const [theirP50, ourP50] = [medianOf(half.theirs.map(({ p50Ms }) => p50Ms)), p50Of(half.ours)];
    const added = p50Of(alone.ours) - medianOf(alone.theirs.map(({ p50Ms }) => p50Ms));
    return [
      { what: `wrk, ${most} connections`, value: theirs, unit: '/s', n: rounds },
      {
        ...{ what: `Lumos, ${most} connections`, value: ours, unit: '/s', n: rounds },
        target: { atLeast: theirs / 2, because: "half of wrk's" },
      },
      { what: 'Lumos / wrk', value: ours / theirs, unit: 'times', n: rounds },
      { what: 'wrk at half load, p50', value: theirP50, unit: 'ms', n: rounds },
      { what: 'Lumos at half load, p50', value: ourP50, unit: 'ms', n: rounds },
      {
        ...{ what: 'apart at half load', value: Math.abs(ourP50 / theirP50 - 1) * 100, unit: '%', n: rounds },
        target: { atMost: 10, because: '10 %' },
      },
      { what: "what Lumos adds to wrk's p50 of one connection", value: added * 1000, unit: 'us', n: rounds },
    ];
  } finally {
    await keepProcessTo(process.pid, everything);
  }
}

const perSecond = 1000;

async function schedule(servers: Servers, say: (line: string) => void): Promise<Figure[]> {
  say(`open loop at ${perSecond}/s for 30 s`);
  const at = (rate: number, seconds: number): Promise<LevelResult> =>
    servers.with([], (url) =>
      onUrl(url, (target) =>
        runOpenLoop({ kind: 'open', arrivals: { kind: 'constant', perSecond: rate } }, target, {
          ...options({ stop: { timeMs: milliseconds(seconds * 1000) }, warmUpMs: milliseconds(500) }),
          ...{ probe: createGeneratorProbe(clock), random: Math.random },
        }),
      ),
    );
  // As a run of Lumos has it.
  const [slow, { sent, late, lag }] = await withRoomInHeap(
    async () => [await at(73, 10), await at(perSecond, 30)] as const,
  );
  return [
    {
      what: 'behind schedule at 73/s, p99',
      value: (slow.lag.quantile(0.99) ?? NaN) * 1000,
      unit: 'us',
      n: slow.sent,
    },
    {
      ...{ what: `sends at ${perSecond}/s within 2 ms of due`, unit: '%', n: sent },
      value: (1 - late / sent) * 100,
      target: { atLeast: 99.9, because: '99.9 %' },
    },
    {
      what: `behind schedule at ${perSecond}/s, p99`,
      value: (lag.quantile(0.99) ?? NaN) * 1000,
      unit: 'us',
      n: sent,
    },
  ];
}

/** The server stalls from 5 s to 6 s of 10. Those due at k ms of the stall wait for 1000 - k. */
const stall = { afterMs: 5000, forMs: 1000, timeMs: 10_000 } as const;

/** The p99 of a schedule of one request a millisecond: all but the 100 slowest of 10 000, which came in the first 100 ms. */
const expectedP99 = stall.forMs - (stall.timeMs * perSecond) / 1000 / 100;

async function stalled(servers: Servers, say: (line: string) => void): Promise<Figure[]> {
  say('a server that stalls for 1 s');
  const mode = ['stall', String(stall.afterMs), String(stall.forMs)];
  const stop = { timeMs: milliseconds(stall.timeMs) };
  const open = await servers.with(mode, (url) =>
    onUrl(url, (target) =>
      runOpenLoop({ kind: 'open', arrivals: { kind: 'constant', perSecond } }, target, {
        ...options({ stop }),
        random: Math.random,
      }),
    ),
  );
  const lie = await servers.with(mode, (url) =>
    onUrl(url, (target) => runClosedLoop({ kind: 'closed', clients: 10 }, target, options({ stop }))),
  );
  const p99 = open.latency.quantile(0.99) ?? NaN;
  return [
    { what: 'stall: p99 as computed', value: expectedP99, unit: 'ms', n: 1 },
    { what: 'stall: p99 of the open loop', value: p99, unit: 'ms', n: open.succeeded },
    {
      ...{ what: 'stall: apart', value: Math.abs(p99 / expectedP99 - 1) * 100, unit: '%', n: open.succeeded },
      target: { atMost: 2, because: '2 %' },
    },
    {
      ...{ what: 'stall: p99 of a closed loop (a lie)', unit: 'ms', n: lie.succeeded },
      value: lie.latency.quantile(0.99) ?? NaN,
    },
  ];
}

const requests = 10_000_000;
const overHttp = 1_000_000;

/** The highest resident set in the second and in the last tenth of so many requests. */
async function growth(
  count: number,
  run: (onSettled: () => void) => Promise<unknown>,
): Promise<{ early: number; late: number }> {
  const peaks = new Float64Array(10);
  let settled = 0;
  await run(() => {
    settled += 1;
    if (settled % 10_000 !== 0) return;
    const tenth = Math.min(9, Math.floor(((settled - 1) / count) * 10));
    peaks[tenth] = Math.max(peaks[tenth] ?? 0, process.memoryUsage.rss() / mebibyte);
  });
  return { early: peaks[1] ?? NaN, late: peaks[9] ?? NaN };
}

async function memory(servers: Servers, say: (line: string) => void): Promise<Figure[]> {
  const shape = { kind: 'closed', clients: 50 } as const;
  const stop = (count: number): LevelOptions['stop'] => ({ timeMs: milliseconds(600_000), count });
  say(`${overHttp} requests over HTTP`);
  const http = await growth(overHttp, (onSettled) =>
    servers.with([], (url) =>
      onUrl(url, (target) => runClosedLoop(shape, target, options({ stop: stop(overHttp), onSettled }))),
    ),
  );
  say(`${requests} requests within the process`);
  const target: Target = {
    // Off the stack, and in turns of the event loop, as an answer from a socket would come.
    send: () =>
      new Promise((resolve) => setImmediate(() => resolve({ state: 'answered', answeredAt: clock.now() }))),
  };
  const own = await growth(requests, (onSettled) =>
    runClosedLoop(shape, target, options({ stop: stop(requests), onSettled })),
  );
  const target5 = { atMost: 5, because: '5 %' };
  const grown = ({ early, late }: { early: number; late: number }): number => (late / early - 1) * 100;
  return [
    { what: 'memory at 1 to 2 of 10 million requests', value: own.early, unit: 'MiB', n: requests },
    { what: 'memory at 9 to 10 million', value: own.late, unit: 'MiB', n: requests },
    { what: 'growth over 10 million', value: grown(own), unit: '%', n: requests, target: target5 },
    { what: 'growth over 1 million by HTTP', value: grown(http), unit: '%', n: overHttp, target: target5 },
  ];
}

export const load: Part = {
  name: 'load',
  about:
    'the load generator against wrk, its schedule, a server that stalls, its memory over 10 million requests',
  measure: (say) =>
    withScratchFolder(async (scratch) => {
      const servers = await compileServers(scratch);
      return {
        part: 'load',
        notes: [
          'Against wrk: in turns, server and generators each on a core of its own, closed loops without a warm-up of wrk.',
          'Half load: 4 connections to a server that serves 8 at once for 1 ms each; as fast as it goes: one thread, epoll, no work.',
        ],
        figures: [
          ...(await againstWrk(servers, say)),
          ...(await schedule(servers, say)),
          ...(await stalled(servers, say)),
          ...(await memory(servers, say)),
        ],
      };
    }),
};
