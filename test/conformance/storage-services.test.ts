/** Stores and services against a real Redis and a real S3 server, on good days and bad ones. */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createWorkbench } from '../../src/cli/workbench.js';
import { cacheFolder } from '../../src/control-plane/build/cache-folder.js';
import { dependencyOf } from '../../src/control-plane/setup/dependencies.js';
import { ensureDependency } from '../../src/control-plane/setup/dependency.js';
import { waitUntil } from '../../src/control-plane/setup/machine.js';
import { givenRedis, startOwnRedis, type OwnService } from '../../src/control-plane/storage/redis-service.js';
import { openRedisStore } from '../../src/control-plane/storage/redis-store.js';
import { givenS3, startOwnS3 } from '../../src/control-plane/storage/s3-service.js';
import { openS3Store } from '../../src/control-plane/storage/s3-store.js';
import { parseRedisUrl, parseS3Url } from '../../src/control-plane/storage/service-url.js';
import { startService } from '../../src/control-plane/storage/start-service.js';
import { StorageError, type ObjectStore, type StoreOptions } from '../../src/domain/object-store.js';
import { bytes, milliseconds } from '../../src/domain/units.js';
import { ensureBuilt, repositoryRoot } from '../e2e/lumos-command.js';

const mebibyte = 1024 * 1024;
const workbench = await createWorkbench();
const options = {
  cacheFolder: cacheFolder(),
  repositoryRoot,
  shimPath: () => workbench.builder.shim(),
};
const settings = (more: Partial<StoreOptions> = {}): StoreOptions => ({
  prefix: 'test/',
  limit: bytes(32 * mebibyte),
  timeLimit: milliseconds(20_000),
  ...more,
});
const short = milliseconds(300);
const hasty = settings({ limit: bytes(1000), timeLimit: milliseconds(500) });

beforeAll(async () => {
  for (const name of ['redis', 'versitygw'] as const)
    await ensureDependency(dependencyOf(workbench.dependencies, name), () => undefined);
}, 600_000);

const kinds = {
  redis: { start: startOwnRedis, given: givenRedis },
  s3: { start: startOwnS3, given: givenS3 },
} as const;

const foldersOf = (pid: number): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`lumos-service-${pid}-`));

/** What every process shows to everybody. */
const commandLines = (): string =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => readQuietly(`/proc/${pid}/cmdline`))
    .join('\n');

function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

const isRunning = (pid: number): boolean => {
  const stat = readQuietly(`/proc/${pid}/stat`);
  return stat !== '' && !/\) Z /.test(stat);
};

const portOf = (service: OwnService): number => Number(new URL(service.address.url).port);

const secretsOf = (url: string): string[] => {
  const { username, password } = new URL(url);
  return [username, password].filter((text) => text !== '' && text !== 'default');
};

const isRefused = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(true));
  });

/** The failure of a call, which must have one; and its words, which must not tell where or who. */
async function failureOf(call: Promise<unknown>, service?: OwnService): Promise<string> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof StorageError)) throw new Error(`no StorageError but ${String(error)}`);
  const words = `${error.message} ${error.stack ?? ''} ${JSON.stringify(error)} ${JSON.stringify(error.cause)}`;
  expect(error.message).not.toMatch(/127\.0\.0\.1|localhost|:\/\//);
  for (const secret of service === undefined ? [] : secretsOf(service.address.url))
    expect(words).not.toContain(secret);
  return error.failure;
}

describe.each(['redis', 's3'] as const)('%s', (storage) => {
  const { start, given } = kinds[storage];
  let service: OwnService;
  let stores: ObjectStore[] = [];
  const open = async (more: Partial<StoreOptions> = {}, of = service): Promise<ObjectStore> => {
    const store = await of.connect(settings(more));
    stores.push(store);
    return store;
  };

  beforeAll(async () => {
    service = await start(options);
  });
  afterEach(async () => {
    for (const store of stores) await store.close();
    stores = [];
    expect(await service.revive()).toBe(true);
  });
  afterAll(async () => {
    const pid = service.processId();
    const port = portOf(service);
    await service.stop();
    await service.stop();
    expect(pid !== undefined && isRunning(pid)).toBe(false);
    expect(await isRefused(port)).toBe(true);
    expect(foldersOf(process.pid)).toEqual([]);
  });

  it('is ours, on the loopback, and says its name and version', () => {
    expect(service).toMatchObject({ storage, origin: 'own' });
    expect(service.version).toMatch(
      storage === 'redis' ? /^redis \d+\.\d+\.\d+$/ : /^versitygw \d+\.\d+\.\d+$/,
    );
    expect(new URL(service.address.url).hostname).toBe('127.0.0.1');
    expect(service.address.region).toBe(storage === 's3' ? 'us-east-1' : undefined);
  });

  it.each([0, 1, 255, 65_536, mebibyte, 25 * mebibyte])(
    'gives back %i bytes as they were put',
    async (size) => {
      const store = await open();
      const object = randomBytes(size);
      await store.put('a.b_c-1', object);
      expect(sha256(await store.get('a.b_c-1'))).toBe(sha256(object));
      await store.delete('a.b_c-1');
      expect(await failureOf(store.get('a.b_c-1'))).toBe('missing');
    },
  );

  it('keeps objects of other prefixes apart, and puts over what was there', async () => {
    const [one, other] = [await open({ prefix: 'one/' }), await open({ prefix: 'other/' })];
    await one.put('k', Buffer.from('first, and longer'));
    await one.put('k', Buffer.from('second'));
    expect(await failureOf(other.get('k'))).toBe('missing');
    await other.delete('k');
    expect((await one.get('k')).toString()).toBe('second');
  });

  it('takes calls at once on one store, each with its own answer', async () => {
    const store = await open();
    const objects = Array.from({ length: 20 }, (_, i) => randomBytes(1000 * i));
    await Promise.all(objects.map((object, i) => store.put(`k${i}`, object)));
    const back = await Promise.all(objects.map((_, i) => store.get(`k${i}`)));
    expect(back.map(sha256)).toEqual(objects.map(sha256));
  });

  it('takes an object as large as the limit and none larger, either way', async () => {
    const limit = bytes(1000);
    const [small, large] = [await open({ limit }), await open()];
    await small.put('k', Buffer.alloc(1000, 1));
    expect((await small.get('k')).length).toBe(1000);
    expect(await failureOf(small.put('k', Buffer.alloc(1001)))).toBe('too-large');
    await large.put('k', Buffer.alloc(20 * mebibyte));
    await expect(small.get('k')).rejects.toMatchObject({
      message: 'object "k" is larger than the limit of 1000 bytes',
    });
    await small.put('k', Buffer.from('goes on'));
    expect((await small.get('k')).toString()).toBe('goes on');
  });

  it('takes no key that is none', async () => {
    const store = await open();
    for (const key of ['../x', 'a/b', '', 'K', 'a b', 'a?x=1', 'a\r\nDEL b'])
      expect(await failureOf(store.get(key))).toBe('not-allowed');
  });

  it('refuses wrong credentials, also before a large object was sent', async () => {
    const url = new URL(service.address.url);
    const wrong = secretsOf(service.address.url)
      .at(-1)
      ?.replace(/^./, (c) => (c === 'a' ? 'b' : 'a'));
    url.password = wrong ?? '';
    const refused = await given(url.href, { name: 'LUMOS_X' }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ kind: 'missing-dependency' });
    expect(String(refused)).toContain('LUMOS_X cannot be used: the service refuses the credentials');
    expect(String(refused)).not.toContain(wrong);
    expect(String(refused)).not.toContain(url.host);
    for (const size of [1, 25 * mebibyte]) {
      const put = directly(storage, url.href, (store) => store.put('k', Buffer.alloc(size)));
      expect(await failureOf(put)).toBe('denied');
    }
    expect(await failureOf(directly(storage, url.href, (store) => store.get('k')))).toBe('denied');
  });

  it('is found by its URL, and stopping what was given stops nothing', async () => {
    const found = await given(service.address.url);
    expect(found).toMatchObject({ storage, origin: 'given', address: service.address });
    const store = await found.connect(settings());
    stores.push(store);
    await store.put('k', Buffer.from('x'));
    await found.stop();
    expect(await found.revive()).toBe(true);
    await found.stop();
    expect((await (await open()).get('k')).toString()).toBe('x');
  });

  it('that was killed cannot be reached, and is itself again after it was revived, empty', async () => {
    const store = await open({ timeLimit: milliseconds(2000) });
    await store.put('k', Buffer.from('x'));
    const { address } = service;
    const pid = service.processId() ?? 0;
    process.kill(pid, 'SIGKILL');
    await waitUntil(() => Promise.resolve(!isRunning(pid)), 100, 10);
    expect(await failureOf(store.get('k'), service)).toBe('unreachable');
    expect(await failureOf(store.put('k', Buffer.alloc(1)), service)).toBe('unreachable');
    expect(await Promise.all([service.revive(), service.revive()])).toEqual([true, true]);
    expect(service.address).toEqual(address);
    expect(service.processId()).not.toBe(pid);
    expect(await failureOf(store.get('k'))).toBe('missing');
    await store.put('k', Buffer.from('new'));
    expect((await store.get('k')).toString()).toBe('new');
  });

  it('that stands still is unreachable at the time limit, and works again when it goes on', async () => {
    const store = await open({ timeLimit: short });
    await store.put('k', Buffer.from('x'));
    const pid = service.processId() ?? 0;
    process.kill(pid, 'SIGSTOP');
    try {
      expect(await failureOf(store.get('k'), service)).toBe('unreachable');
      expect(await service.revive()).toBe(false);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    expect(service.processId()).toBe(pid);
    const after = await open();
    expect((await after.get('k')).toString()).toBe('x');
    expect((await store.get('k')).toString()).toBe('x');
  });

  it('shows its secret to nobody: not in a list of processes, not in a file others can read', () => {
    const lines = commandLines();
    expect(lines).toContain(storage === 'redis' ? 'redis-server' : 'versitygw');
    for (const secret of secretsOf(service.address.url)) expect(lines).not.toContain(secret);
    const folders = foldersOf(process.pid).map((name) => join(tmpdir(), name));
    expect(folders).toHaveLength(1);
    for (const folder of folders) expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(`/proc/${service.processId() ?? 0}/environ`).mode & 0o077).toBe(0);
  });

  describe('behind a line that fails', () => {
    let line: BadLine;
    afterEach(() => line.close());
    const through = async (more: Partial<StoreOptions> = {}): Promise<ObjectStore> => {
      const url = new URL(service.address.url);
      url.port = String(line.port);
      const found = await given(url.href, { answerLimit: milliseconds(2000) });
      const store = await found.connect(settings({ timeLimit: milliseconds(2000), ...more }));
      stores.push(store, { close: () => found.stop() } as ObjectStore);
      return store;
    };

    it('loses what was under way when the line is reset, and nothing after that', async () => {
      line = await BadLine.open(portOf(service));
      const store = await through();
      await store.put('k', Buffer.alloc(mebibyte, 7));
      line.resetNext = true;
      expect(await failureOf(store.get('k'), service)).toBe('unreachable');
      line.resetNext = false;
      expect((await store.get('k')).length).toBe(mebibyte);
    });

    it('opens connections of its own, and closes them', async () => {
      line = await BadLine.open(portOf(service));
      const store = await through();
      const before = line.opened;
      const other = await through();
      await store.put('k', Buffer.from('x'));
      await other.get('k');
      expect(line.opened).toBeGreaterThan(before);
      for (const each of stores) await each.close();
      stores = [];
      expect(await waitUntil(() => Promise.resolve(line.alive === 0), 100, 10)).toBe(true);
      expect(await failureOf(store.get('k'))).toBe('unreachable');
    });
  });

  describe('that is no service at all', () => {
    const greetings: readonly [string, string | undefined, readonly string[]][] = [
      ['garbage', '\0\xff\x01 what is this\r\n\r\n', ['failed']],
      ['an endless line', 'x'.repeat(200_000), ['failed', 'unreachable']],
      ['the end of the connection', undefined, ['unreachable']],
      ['nothing', '', ['unreachable']],
      [
        'an answer cut in the middle',
        storage === 'redis' ? '$100\r\nabc' : 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc',
        ['unreachable'],
      ],
      [
        'an error',
        storage === 'redis'
          ? '-ERR secret-of-the-server\r\n'
          : 'HTTP/1.1 500 Oh\r\nContent-Length: 20\r\n\r\nsecret-of-the-server',
        ['failed'],
      ],
      [
        'more than it may',
        storage === 'redis'
          ? `$900000000\r\n${'x'.repeat(100_000)}`
          : `HTTP/1.1 200 OK\r\nContent-Length: 900000000\r\n\r\n${'x'.repeat(100_000)}`,
        ['too-large', 'unreachable'],
      ],
    ];

    it.each(greetings)('and answers with %s fails clearly, and soon', async (_, text, expected) => {
      const fake = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => {
          if (text === undefined) socket.destroy();
          else socket.write(text, 'latin1');
        });
      });
      await new Promise<void>((resolve) => fake.listen(0, '127.0.0.1', resolve));
      try {
        const url = new URL(service.address.url);
        url.port = String((fake.address() as AddressInfo).port);
        const failure = await failureOf(directly(storage, url.href, (store) => store.get('k'), hasty));
        expect(expected).toContain(failure);
      } finally {
        fake.close();
      }
    });
  });
});

describe('the counters of Redis', () => {
  it('are exact: what functions sent and got, without what reading them took', async () => {
    const service = await startOwnRedis(options);
    try {
      const counters = service.counters ?? (() => Promise.reject(new Error('none')));
      expect(await counters()).toEqual({ requests: 0, receivedBytes: 0, sentBytes: 0 });
      const password = new URL(service.address.url).password;
      const auth = `*2\r\n$4\r\nAUTH\r\n$${password.length}\r\n${password}\r\n`;
      const set = '*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nhello\r\n';
      const get = '*2\r\n$3\r\nGET\r\n$1\r\nk\r\n';
      const socket = connect(portOf(service), '127.0.0.1');
      for (const [question, answer] of [
        [auth, '+OK\r\n'],
        [set, '+OK\r\n'],
        [get, '$5\r\nhello\r\n'],
      ] as const) {
        const said = new Promise<string>((resolve) => socket.once('data', (chunk) => resolve(String(chunk))));
        socket.write(question);
        expect(await said).toBe(answer);
      }
      socket.destroy();
      const expected = {
        requests: 3,
        receivedBytes: auth.length + set.length + get.length,
        sentBytes: 5 + 5 + 11,
      };
      expect(await counters()).toEqual(expected);
      expect(await Promise.all([counters(), counters(), counters()])).toEqual([expected, expected, expected]);
    } finally {
      await service.stop();
    }
  });

  it('are not those of S3, which does not tell what it sent', async () => {
    const service = await startOwnS3(options);
    expect(service.counters).toBeUndefined();
    await service.stop();
  });
});

describe('startService', () => {
  it('takes the service of the environment, and names the variable when it is not there', async () => {
    const port = await unusedPort();
    const cases = [
      ['redis', { LUMOS_REDIS_URL: `redis://:hunter2@127.0.0.1:${port}/0` }, 'LUMOS_REDIS_URL'],
      ['s3', { LUMOS_S3_URL: `http://key:hunter2@127.0.0.1:${port}/bucket` }, 'LUMOS_S3_URL'],
    ] as const;
    for (const [storage, environment, name] of cases) {
      const refused = await startService(storage, { ...options, environment }).catch((e: unknown) => e);
      expect(refused).toMatchObject({ kind: 'missing-dependency' });
      expect(String(refused)).toContain(`${name} cannot be used: the service cannot be reached`);
      expect(String(refused)).not.toMatch(/hunter2|127\.0\.0\.1/);
    }
  });

  it('says how to get a server that is not installed', async () => {
    const bare = { ...options, cacheFolder: join(tmpdir(), 'no-such-cache'), environment: { PATH: '' } };
    await expect(startService('s3', bare)).rejects.toMatchObject({
      kind: 'missing-dependency',
      remedy: 'lumos setup s3',
    });
  });
});

describe('a Lumos that ends without stopping its services', () => {
  const program = `
    const [, storage, shim, cache, root] = process.argv;
    const { startService } = await import(root + '/dist/control-plane/storage/start-service.js');
    const service = await startService(storage, { shimPath: async () => shim, cacheFolder: cache, repositoryRoot: root });
    console.log(JSON.stringify({ server: service.processId(), port: Number(new URL(service.address.url).port) }));
    process.stdin.once('data', () => process.exit(0)).resume();
    setInterval(() => undefined, 1000);
  `;
  beforeAll(ensureBuilt, 300_000);

  it.each([
    ['redis', 'SIGKILL'],
    ['s3', 'SIGKILL'],
    ['redis', 'SIGTERM'],
    ['s3', 'exit'],
  ] as const)('leaves nothing of %s behind after %s once the next has begun', async (storage, ending) => {
    const environment = { ...process.env };
    delete environment['LUMOS_REDIS_URL'];
    delete environment['LUMOS_S3_URL'];
    const args = ['--input-type=module', '-e', program, storage];
    const child = spawn(
      process.execPath,
      [...args, await options.shimPath(), options.cacheFolder, repositoryRoot],
      { stdio: ['pipe', 'pipe', 'inherit'], env: environment },
    );
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const line = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (chunk) => resolve(String(chunk)));
      child.once('exit', () => reject(new Error('it ended before its service was up')));
    });
    const { server, port } = JSON.parse(line) as { server: number; port: number };
    expect(isRunning(server)).toBe(true);
    const folders = foldersOf(child.pid ?? 0).map((name) => join(tmpdir(), name));
    expect(folders).toHaveLength(1);
    if (ending === 'exit') child.stdin.write('go');
    else child.kill(ending);
    await gone;
    expect(await waitUntil(() => Promise.resolve(!isRunning(server)), 200, 10)).toBe(true);
    // A server of several threads lets go of its port with the last of them.
    expect(await waitUntil(() => isRefused(port), 200, 10)).toBe(true);
    if (ending === 'exit') expect(folders.filter((folder) => existsSync(folder))).toEqual([]);
    const next = await startOwnRedis(options);
    await next.stop();
    expect(folders.filter((folder) => existsSync(folder))).toEqual([]);
  });
});

const sha256 = (object: Uint8Array): string => createHash('sha256').update(object).digest('hex');

/** Asks over a new connection to a service that nobody has looked at before. */
async function directly<T>(
  storage: 'redis' | 's3',
  url: string,
  ask: (store: ObjectStore) => Promise<T>,
  limits: StoreOptions = settings(),
): Promise<T> {
  const store =
    storage === 'redis'
      ? await openRedisStore(parseRedisUrl('X', url), limits)
      : openS3Store(parseS3Url('X', url), 'us-east-1', limits);
  try {
    return await ask(store);
  } finally {
    await store.close();
  }
}

async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A proxy in front of a service that can reset what goes through it. */
class BadLine {
  resetNext = false;
  opened = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly target: number,
  ) {
    server.on('connection', (client) => this.join(client));
  }

  static async open(target: number): Promise<BadLine> {
    const server = createServer();
    const line = new BadLine(server, target);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return line;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get alive(): number {
    return this.sockets.size;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await sleep(0);
  }

  private join(client: Socket): void {
    this.opened += 1;
    this.sockets.add(client);
    const service = connect(this.target, '127.0.0.1');
    client.on('data', (chunk) => {
      if (this.resetNext) client.resetAndDestroy();
      else service.write(chunk);
    });
    service.on('data', (chunk) => client.write(chunk));
    for (const [socket, other] of [
      [client, service],
      [service, client],
    ] as const) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        other.destroy();
        this.sockets.delete(client);
      });
    }
  }
}
