/**
 * What is particular to wasmtime's own server and to its cache, on the real engine. The client is Node's own, so that the
 * component is not only right for ours. What all runtimes have in common is in runtimes.test.ts.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorkbench } from '../../src/cli/workbench.js';
import { decodeHead } from '../../src/control-plane/invoke/frames.js';
import { encodeConfigure, frameBody } from '../../src/control-plane/invoke/storage-frames.js';
import type { Start } from '../../src/domain/factors.js';
import type { Artifact, Prepared, Reach, Runtime, Sandbox } from '../../src/domain/runtime.js';
import { repositoryRoot } from '../e2e/lumos-command.js';
import { functionIn, runtimeIn } from './found.js';

const workbench = await createWorkbench();
const catalogue = await workbench.catalogue([join(repositoryRoot, 'conformance')]);
const mebibyte = 1024 * 1024;

let runId = '';
let agent = new Agent({ keepAlive: true, maxSockets: 1 });
const prepared: Prepared[] = [];

beforeEach(() => {
  runId = `serve${randomBytes(5).toString('hex')}`;
  agent = new Agent({ keepAlive: true, maxSockets: 1 });
});
afterEach(async () => {
  agent.destroy();
  for (const one of prepared.splice(0)) await one.dispose();
  for (const id of ['wasmtime-serve', 'wasmtime-jit-cached']) await runtimeOf(id).cleanUpAfter(runId);
});

const runtimeOf = (id: string): Runtime => runtimeIn(workbench.registry, id);

async function prepare(
  id: string,
  name: string,
  reach: Reach = {},
  change: (artifact: Artifact) => Artifact = (same) => same,
): Promise<Prepared> {
  const runtime = runtimeOf(id);
  const definition = functionIn(catalogue, name);
  const use = { reach, transport: runtime.transports[0] ?? 'stdio', language: 'rust' } as const;
  const kind = runtime.artifactKindFor({}, use);
  if (kind === undefined) throw new Error(`${id} has no way`);
  const artifact = change(await workbench.builder.artifact(definition, kind, 'rust'));
  const made = await runtime.prepare({ artifact, limits: {}, runId, options: {}, ...use });
  prepared.push(made);
  return made;
}

interface Served {
  readonly sandbox: Sandbox;
  readonly port: number;
}

async function serve(name: string, start: Start, reach?: Reach): Promise<Served> {
  const sandbox = await (await (await prepare('wasmtime-serve', name, reach)).stage(start)).launch();
  if (sandbox.http === undefined) throw new Error('it does not serve HTTP');
  await sandbox.http.listening;
  return { sandbox, port: sandbox.http.port };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Of the header `lumos-head`; `undefined` without one. */
  readonly sequence: number | undefined;
}

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly through?: Agent;
}

function ask({ port }: Served, payload: Uint8Array | string, asked: Asked = {}): Promise<Answer> {
  const { method = 'POST', path = '/', headers = {}, through = agent } = asked;
  const options = { host: '127.0.0.1', port, method, path, headers, agent: through };
  return new Promise((resolve, reject) => {
    const sent = request(options, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const head = response.headers['lumos-head'];
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(pieces),
          sequence: typeof head === 'string' ? decodeHead(Buffer.from(head, 'base64')).sequence : undefined,
        });
      });
    });
    sent.on('error', reject);
    sent.end(payload);
  });
}

async function sequences(served: Served, count: number): Promise<(number | undefined)[]> {
  const seen: (number | undefined)[] = [];
  for (let index = 0; index < count; index += 1) seen.push((await ask(served, 'echo:x')).sequence);
  return seen;
}

const textOf = ({ status, body, sequence }: Answer): [number, string, number | undefined] => [
  status,
  body.toString(),
  sequence,
];

describe('instances', () => {
  it.each(['fresh', 'cold'] as const)(
    'of start %s: each request on a connection that is kept meets one that has served nobody',
    async (start) => {
      expect(await sequences(await serve('misbehaving', start), 5)).toEqual([1, 1, 1, 1, 1]);
    },
  );

  it('that is warm is one, and counts on whichever connection a request comes', async () => {
    const served = await serve('misbehaving', 'warm');
    expect(await sequences(served, 4)).toEqual([1, 2, 3, 4]);
    const through = new Agent({ keepAlive: false });
    expect((await ask(served, 'echo:x', { through })).sequence).toBe(5);
    expect(await sequences(served, 1)).toEqual([6]);
  });

  it('that trapped is told by a status without a head, and the next request meets a new one', async () => {
    for (const start of ['fresh', 'warm'] as const) {
      const served = await serve('misbehaving', start);
      expect((await ask(served, 'echo:before')).sequence).toBe(1);
      for (const trap of ['crash', 'panic:on purpose', 'overflow', 'exit:3']) {
        const { status, sequence } = await ask(served, trap);
        expect([trap, status, sequence]).toEqual([trap, 500, undefined]);
      }
      expect(textOf(await ask(served, 'echo:after'))).toEqual([200, 'after', 1]);
      expect(served.sandbox.stderrTail()).toMatch(/on purpose/);
    }
  });
});

describe('what comes in goes out', () => {
  const bytesOf = (size: number): Buffer =>
    Buffer.from(Uint8Array.from({ length: size }, (_, index) => (index * 151 + (index >>> 8) * 31) & 0xff));
  const sizes = [0, 1, 4095, 4096, 4097, 65_536, mebibyte, 16 * mebibyte];

  it.each(['fresh', 'warm'] as const)('from 0 bytes to 16 MiB, with its length, %s', async (start) => {
    const served = await serve('echo', start);
    for (const size of sizes) {
      const payload = bytesOf(size);
      const { status, headers, body } = await ask(served, payload);
      expect([size, status, headers['content-length']]).toEqual([size, 200, `${size}`]);
      expect(body.equals(payload)).toBe(true);
      expect(headers['content-type']).toBe('application/octet-stream');
    }
  });

  it('also where the client does not say how long it is', async () => {
    const served = await serve('echo', 'fresh');
    const payload = bytesOf(300_000);
    const { body, headers } = await ask(served, payload, { headers: { 'transfer-encoding': 'chunked' } });
    expect(body.equals(payload)).toBe(true);
    expect(headers['content-length']).toBe('300000');
  });
});

describe('errors', () => {
  it('of the function are a 500 with the message and the head, and the instance goes on', async () => {
    const served = await serve('misbehaving', 'warm');
    expect(textOf(await ask(served, 'error:no such luck'))).toEqual([500, 'no such luck', 1]);
    expect(textOf(await ask(served, 'echo:again'))).toEqual([200, 'again', 2]);
  });

  it('of the client are told in a line, without a head, and are no invocation', async () => {
    const served = await serve('misbehaving', 'warm');
    const wrong: readonly [Asked, number][] = [
      [{ method: 'PUT' }, 405],
      [{ path: '/other' }, 404],
      [{ headers: { 'lumos-configure': '%%%' } }, 400],
    ];
    for (const [asked, expected] of wrong) {
      const { status, body, sequence } = await ask(served, 'echo:x', asked);
      expect([status, sequence]).toEqual([expected, undefined]);
      expect(body.toString()).toMatch(/^[^\n]+\n$/);
    }
    expect(await sequences(served, 1)).toEqual([1]);
  });

  it('of an engine that is killed in the middle end the connection, and leave nothing', async () => {
    const served = await serve('misbehaving', 'warm');
    const { sandbox } = served;
    const processes = (await sandbox.accounting()).processes();
    expect(processes).toHaveLength(1);
    const asked = ask(served, 'slow:60000').then(
      () => 'answered',
      (error: unknown) => (error instanceof Error ? error.message : 'no error'),
    );
    // The client has sent it when another request on a connection of its own has been answered.
    await ask(served, 'echo:x', { through: new Agent({ keepAlive: false }) });
    for (const process_ of processes) process.kill(process_, 'SIGKILL');
    expect(await asked).toMatch(/socket hang up|ECONNRESET/);
    expect(await sandbox.exited).toMatchObject({ signal: 'SIGKILL', outOfMemory: false });
    await expect(ask(served, 'echo:x')).rejects.toThrow(/ECONNREFUSED/);
    await sandbox.remove();
    expect((await sandbox.accounting()).processes()).toEqual([]);
  });

  it('of a component that the engine does not take are its own words, and it never listens', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lumos-test-'));
    try {
      const path = join(folder, 'broken.cwasm');
      await writeFile(path, 'this is no component');
      const made = await prepare('wasmtime-serve', 'echo', {}, (artifact) => ({ ...artifact, path }));
      const sandbox = await (await made.stage('cold')).launch();
      await expect(sandbox.http?.listening).rejects.toThrow(/ended before/);
      expect((await sandbox.exited).code).toBe(1);
      expect(sandbox.stderrTail()).toContain('broken.cwasm');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('objects', () => {
  it('in a folder are read by each new instance, which every request tells where they are', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lumos-test-'));
    try {
      await writeFile(join(folder, 'thing'), 'abc');
      const served = await serve('kv-read', 'fresh', { folder });
      const seenAs = prepared.at(-1)?.folder ?? '';
      const frame = encodeConfigure({ storage: 'file', access: 'direct', folder: seenAs, limit: '1000' });
      const headers = { 'lumos-configure': frameBody(frame).toString('base64') };
      const first = await ask(served, 'thing', { headers });
      await writeFile(join(folder, 'thing'), 'abcdef');
      const second = await ask(served, 'thing', { headers });
      expect([first.status, first.sequence, second.status, second.sequence]).toEqual([200, 1, 200, 1]);
      expect(first.body.equals(second.body)).toBe(false);
      expect(textOf(await ask(served, 'gone', { headers }))).toEqual([
        500,
        'storage: there is no object "gone"',
        1,
      ]);
      // An instance that was not told has nowhere to look.
      expect((await ask(served, 'thing')).status).toBe(500);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('the cache of compiled modules', () => {
  const cacheFolders = (): string[] =>
    readdirSync(tmpdir()).filter((name) => name.startsWith(`lumos-wasmtime-${runId}.`));
  const compiledIn = async (folder: string): Promise<string[]> => {
    const entries = await readdir(join(tmpdir(), folder), { recursive: true, withFileTypes: true });
    // Names with a leading dot are wasmtime's own marks that it cleans up.
    return entries
      .filter((entry) => entry.isFile() && !/^\.|\.(toml|stats)$/.test(entry.name))
      .map(({ name }) => name)
      .sort();
  };

  it('has the module before the first cold start, which compiles nothing, and goes with its run', async () => {
    const made = await prepare('wasmtime-jit-cached', 'hello-world');
    const [folder, ...others] = cacheFolders();
    if (folder === undefined) throw new Error('no cache');
    expect(others).toEqual([]);
    const before = await compiledIn(folder);
    expect(before).toHaveLength(1);
    const sandbox = await (await made.stage('cold')).launch();
    sandbox.stdin.end();
    expect((await sandbox.exited).code).toBe(0);
    expect(await compiledIn(folder)).toEqual(before);
    await made.dispose();
    expect(cacheFolders()).toEqual([]);
  });
});
