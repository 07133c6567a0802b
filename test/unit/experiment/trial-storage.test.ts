import { describe, expect, it } from 'vitest';
import { HostSide } from '../../../src/control-plane/invoke/host-side.js';
import { encodeConfigure } from '../../../src/control-plane/invoke/storage-frames.js';
import { FakeRuntime } from '../../../src/control-plane/runtimes/fake/fake-runtime.js';
import { encodeFrame } from '../../../src/control-plane/runtimes/fake/function-frames.js';
import type { InvocationScript } from '../../../src/control-plane/runtimes/fake/script.js';
import { VirtualClock } from '../../../src/control-plane/runtimes/fake/virtual-clock.js';
import type { Measurement } from '../../../src/domain/measurement.js';
import { StorageError, type ObjectStore, type StorageService } from '../../../src/domain/object-store.js';
import { bytes } from '../../../src/domain/units.js';
import { runTrial } from '../../../src/experiment/trial-runner.js';
import { CellStorage } from '../../../src/experiment/trial-storage.js';
import { verifyOutput } from '../../../src/user-plane/functions/verify.js';
import { cellOf, ms, prepareOn, readyPayload } from './fixture.js';

/** A service in memory that can be taken away. */
class MemoryService implements StorageService {
  readonly storage = 'redis';
  readonly version = 'memory 1';
  readonly origin = 'own';
  readonly address = { url: 'redis://:secret@127.0.0.1:1' };
  readonly objects = new Map<string, Buffer>();
  readonly log: string[] = [];
  isUp = true;
  revives = true;
  private requests = 0;

  connect(): Promise<ObjectStore> {
    return this.isUp
      ? Promise.resolve(this.store())
      : Promise.reject(new StorageError('unreachable', 'it is down'));
  }

  at(port: number): Pick<StorageService, 'address' | 'connect'> {
    return {
      address: { url: `redis://:secret@127.0.0.1:${port}` },
      connect: () => this.connect(),
    };
  }

  counters = () =>
    Promise.resolve({
      requests: this.requests,
      receivedBytes: bytes(10 * this.requests),
      sentBytes: bytes(7),
    });

  revive(): Promise<boolean> {
    this.log.push('revive');
    if (this.revives) this.isUp = true;
    return Promise.resolve(this.isUp);
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  private store(): ObjectStore {
    const acting = <T>(what: string, act: () => T): Promise<T> => {
      if (!this.isUp) return Promise.reject(new StorageError('unreachable', 'it is down'));
      this.log.push(what);
      this.requests += 1;
      return Promise.resolve().then(act);
    };
    return {
      get: (key) =>
        acting(`get ${key}`, () => {
          const found = this.objects.get(key);
          if (found === undefined) throw new StorageError('missing', key);
          return found;
        }),
      put: (key, object) => acting(`put ${key}`, () => void this.objects.set(key, Buffer.from(object))),
      delete: (key) => acting(`delete ${key}`, () => void this.objects.delete(key)),
      close: () => Promise.resolve(),
    };
  }
}

const getInput = encodeFrame(6, Buffer.from('input'));
const putOutput = (object: string): Buffer =>
  encodeFrame(7, Buffer.from(`\u0006\0output${object}`, 'latin1'));

interface Given {
  readonly service?: MemoryService;
  readonly invocation?: (sequence: number) => InvocationScript;
  readonly invocations?: number;
  /** The emulated network in front of the service. */
  readonly network?: { revive(): Promise<boolean> };
  /** Called with each row as it comes about. */
  readonly onRow?: (row: Measurement) => void;
}

/** A warm trial of a function that copies `input` to `output` through its host. */
async function copying(given: Given = {}) {
  const { service = new MemoryService(), invocation, invocations = 2, network, onRow } = given;
  const clock = new VirtualClock();
  const copies: InvocationScript = {
    does: 'answer',
    takes: ms(2),
    asks: [getInput, putOutput('data')],
    echoesResults: true,
  };
  const runtime = new FakeRuntime(clock, {
    id: 'one',
    sandbox: () => ({ invocation: invocation ?? (() => copies) }),
  });
  const policy = { keys: new Set(['input', 'output']), limit: bytes(100), connection: 'reused' as const };
  const storage = new CellStorage({
    configure: encodeConfigure({ storage: 'redis', access: 'host', limit: '100' }),
    host: new HostSide(() => service.connect(), policy, clock),
    outside: {
      objects: { input: Buffer.from('data') },
      stored: { output: Buffer.from('data') },
      connect: () => service.connect(),
      service,
      ...(network === undefined ? {} : { network }),
    },
  });
  const rows: Measurement[] = [];
  await runTrial(
    { index: 0, round: 0, cell: cellOf('warm'), invocations },
    await prepareOn(runtime),
    // What the host answered: status 0 and the object, then status 0.
    { ...readyPayload, verify: (answer) => verifyOutput(Buffer.from('\0data\0', 'latin1'), answer) },
    {
      ...{ clock, firstSandbox: 0, timeLimitMs: ms(1000), maximumResponseBytes: bytes(1024), warmups: 1 },
      beforeCold: () => undefined,
      signal: new AbortController().signal,
      storage,
    },
    (row) => {
      rows.push(row);
      onRow?.(row);
    },
  );
  return { rows, service, runtime };
}

describe('a trial with storage', () => {
  it('tells the function where its objects are, once', async () => {
    const { runtime } = await copying();
    expect(runtime.configurations).toEqual(['storage=redis\naccess=host\nlimit=100\n']);
  });

  it('puts the objects in place before each invocation, hands them out, and verifies what was stored', async () => {
    const { rows, service } = await copying({ invocations: 1 });
    expect(rows.map((row) => row.outcome)).toEqual(['ok']);
    const one = ['delete output', 'put input', 'get input', 'put output', 'get output'];
    expect(service.log).toEqual([...one, ...one]);
  });

  it('has the emulated network brought back before each invocation, and fails where it does not come back', async () => {
    let asked = 0;
    const lasting = await copying({ network: { revive: () => Promise.resolve((asked += 1) > 0) } });
    expect(lasting.rows.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
    expect(asked).toBe(3);
    const gone = await copying({ network: { revive: () => Promise.resolve(false) } });
    expect(gone.rows).toHaveLength(1);
    expect(gone.rows[0]).toMatchObject({
      outcome: 'crashed',
      reason: 'the objects could not be put in place: the emulated network does not come back',
    });
  });

  it('counts what the service did for the function alone, not for us', async () => {
    const { rows } = await copying();
    expect(rows).toHaveLength(2);
    for (const row of rows) {
      expect(row).toMatchObject({ serviceRequests: 2, serviceReceivedBytes: 20, serviceSentBytes: 0 });
      expect(row).toMatchObject({ hostFetchMs: 0, hostStoreMs: 0 });
    }
  });

  it('is wrong output when the function stored something else, or nothing', async () => {
    const stores = (asks: readonly Uint8Array[]): Given => ({
      invocation: () => ({
        does: 'answer-with',
        response: Buffer.from('\0data\0', 'latin1'),
        takes: ms(1),
        asks,
      }),
    });
    const other = await copying(stores([putOutput('dada')]));
    expect(other.rows[0]).toMatchObject({ outcome: 'wrong-output' });
    expect(other.rows[0]?.reason).toContain(
      'object "output": stored of 4 bytes as expected, differs at byte 2',
    );
    const nothing = await copying(stores([]));
    expect(nothing.rows[0]?.reason).toBe('in the warm-up: object "output": it was not stored');
  });

  it('is a row with the reason when the objects cannot be put in place, and the next trial goes on', async () => {
    const service = new MemoryService();
    service.isUp = false;
    service.revives = false;
    const { rows, runtime } = await copying({ service });
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      outcome: 'crashed',
      reason: 'the objects could not be put in place: it is down',
    });
    expect(runtime.count('staged')).toBe(0);
    service.isUp = true;
    expect((await copying({ service })).rows.map((row) => row.outcome)).toEqual(['ok', 'ok']);
  });

  it('starts a service of our own again that has gone, and fills it anew', async () => {
    const service = new MemoryService();
    const { rows } = await copying({
      service,
      onRow: () => {
        service.isUp = false;
        service.objects.clear();
      },
    });
    expect(rows.map((row) => row.outcome)).toEqual(['ok', 'ok']);
    expect(service.log.filter((what) => what === 'revive')).toHaveLength(1);
  });

  it('is wrong output when the function asks for two things at once, or asks without a host', async () => {
    const both = await copying({
      invocation: () => ({ does: 'write', bytes: Buffer.concat([getInput, getInput]), takes: ms(1) }),
    });
    expect(both.rows[0]?.reason).toBe('in the warm-up: asked its host for two things at once');
  });
});
