/** An emulated network made with toxiproxy: proxies on the loopback that hold back what goes through them. */
import { request } from 'node:http';
import type { EnvironmentNetwork } from '../../domain/environment.js';
import { LumosError, missingDependency } from '../../domain/errors.js';
import { StorageError, type StorageService } from '../../domain/object-store.js';
import { milliseconds } from '../../domain/units.js';
import { freeLoopbackPort } from '../process/free-port.js';
import { findToxiproxy, toxiproxyVersion } from '../setup/toxiproxy.js';
import { OwnServer, type ServerKind } from '../storage/own-server.js';
import { startLimitOf, type ServiceOptions } from '../storage/service-options.js';
import type { Network } from './network.js';

const loopback = '127.0.0.1';
const answerLimit = milliseconds(2000);
/** A port that was free may be taken before the proxy has it. */
const attempts = 5;

interface Proxy {
  readonly name: string;
  readonly listen: string;
  readonly upstream: string;
}

interface Toxic {
  readonly type: 'latency' | 'bandwidth';
  readonly stream: 'upstream' | 'downstream';
  readonly attributes: Readonly<Record<string, number>>;
}

/** What holds traffic back, in each direction. Half of the round trip lies on the way there, the rest on the way back. */
export function toxicsOf({ roundTripMs, megabitsPerSecond }: EnvironmentNetwork): readonly Toxic[] {
  const there = Math.floor(roundTripMs / 2);
  return (
    [
      ['upstream', there],
      ['downstream', roundTripMs - there],
    ] as const
  ).flatMap(([stream, latency]): Toxic[] => [
    ...(megabitsPerSecond === undefined
      ? []
      : [
          { type: 'bandwidth' as const, stream, attributes: { rate: kilobytesPerSecond(megabitsPerSecond) } },
        ]),
    ...(latency === 0 ? [] : [{ type: 'latency' as const, stream, attributes: { latency } }]),
  ]);
}

/** Its unit: 1000 bytes a second, in whole numbers. */
const kilobytesPerSecond = (megabits: number): number => Math.max(1, Math.round((megabits * 1000) / 8));

/**
 * Starts toxiproxy with its API on a random port of the loopback.
 * @throws LumosError `missing-dependency` without toxiproxy, `failed` when it does not come up
 */
export async function startToxiproxyNetwork(
  wanted: EnvironmentNetwork,
  options: ServiceOptions,
): Promise<Network & { processId(): number | undefined }> {
  const file = await findToxiproxy(options);
  if (file === undefined) throw missingDependency('there is no toxiproxy-server', 'lumos setup toxiproxy');
  const kind: ServerKind = {
    name: 'toxiproxy-server',
    shim: await options.shimPath(),
    command: ({ port }) => ({
      ...{ file, args: ['-host', loopback, '-port', String(port)], stdin: '' },
      env: { LOG_LEVEL: 'error' },
    }),
    greet: async ({ port }) => {
      await ask(port, 'GET', '/version').catch(() => {
        throw new StorageError('unreachable', 'toxiproxy does not answer');
      });
    },
  };
  const server = await OwnServer.start(kind, startLimitOf(options));
  const network = new ToxiproxyNetwork(server, wanted, await toxiproxyVersion(file));
  return network;
}

class ToxiproxyNetwork implements Network {
  readonly description: string;
  private readonly proxies = new Map<string, Promise<Proxy>>();
  /** The process that has the proxies. */
  private holder: number | undefined;

  constructor(
    private readonly server: OwnServer,
    private readonly wanted: EnvironmentNetwork,
    version: string,
  ) {
    const { roundTripMs, megabitsPerSecond } = wanted;
    const rate = megabitsPerSecond === undefined ? '' : `, ${megabitsPerSecond} Mbit/s each way`;
    this.description = `toxiproxy ${version} before Redis and S3: ${roundTripMs} ms a round trip${rate}, for each connection`;
    this.holder = server.processId;
  }

  processId(): number | undefined {
    return this.server.processId;
  }

  async portTo(service: StorageService): Promise<number> {
    const { hostname, port } = new URL(service.address.url);
    const upstream = `${hostname}:${port}`;
    const known = this.proxies.get(upstream) ?? this.add(service.storage, upstream);
    this.proxies.set(upstream, known);
    return Number((await known).listen.split(':').at(-1));
  }

  async revive(): Promise<boolean> {
    if (!(await this.server.revive())) return false;
    if (this.server.processId === this.holder) return true;
    this.holder = this.server.processId;
    for (const proxy of await Promise.all(this.proxies.values())) await this.put(proxy);
    return true;
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  private async add(storage: string, upstream: string): Promise<Proxy> {
    let why: unknown;
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const name = `${storage}-${this.proxies.size}-${attempt}`;
      const proxy = { name, listen: `${loopback}:${await freeLoopbackPort()}`, upstream };
      try {
        await this.put(proxy);
        return proxy;
      } catch (error) {
        why = error;
      }
    }
    throw why;
  }

  private async put(proxy: Proxy): Promise<void> {
    const { port } = this.server.place;
    await ask(port, 'POST', '/proxies', proxy);
    for (const toxic of toxicsOf(this.wanted)) {
      const name = `${toxic.type}-${toxic.stream}`;
      await ask(port, 'POST', `/proxies/${proxy.name}/toxics`, { name, toxicity: 1, ...toxic });
    }
  }
}

/** @throws LumosError `failed` with what it says */
function ask(port: number, method: 'GET' | 'POST', path: string, body?: object): Promise<string> {
  return new Promise((resolve, reject) => {
    const failed = (why: string): void => reject(new LumosError('failed', `toxiproxy: ${why}`));
    const asking = request(
      {
        host: loopback,
        port,
        method,
        path,
        agent: false,
        timeout: answerLimit,
        headers: { 'content-type': 'application/json' },
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => (text += part));
        answer.on('error', (error) => failed(error.message));
        answer.on('end', () => {
          if ((answer.statusCode ?? 500) < 300) resolve(text);
          else failed(text.trim());
        });
      },
    );
    asking.on('timeout', () => asking.destroy(new Error('no answer')));
    asking.on('error', (error) => failed(error.message));
    asking.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
