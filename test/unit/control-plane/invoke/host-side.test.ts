import { describe, expect, it } from 'vitest';
import type { RawFrame } from '../../../../src/control-plane/invoke/frames.js';
import { HostSide, type HostPolicy } from '../../../../src/control-plane/invoke/host-side.js';
import { encodeFailure, encodeResult } from '../../../../src/control-plane/invoke/storage-frames.js';
import { VirtualClock } from '../../../../src/control-plane/runtimes/fake/virtual-clock.js';
import { StorageError, type ObjectStore, type StorageFailure } from '../../../../src/domain/object-store.js';
import { bytes, milliseconds, type Milliseconds } from '../../../../src/domain/units.js';

/** A store in memory of which every call takes a while. */
class SlowStore implements ObjectStore {
  fails: StorageFailure | undefined;
  closed = false;

  constructor(
    private readonly objects: Map<string, Buffer>,
    private readonly clock: VirtualClock,
  ) {}

  async get(key: string): Promise<Buffer> {
    await this.pass(milliseconds(3));
    const found = this.objects.get(key);
    if (found === undefined) throw new StorageError('missing', key);
    return found;
  }

  async put(key: string, object: Uint8Array): Promise<void> {
    await this.pass(milliseconds(5));
    this.objects.set(key, Buffer.from(object));
  }

  async delete(key: string): Promise<void> {
    await this.pass(milliseconds(1));
    this.objects.delete(key);
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  private async pass(delay: Milliseconds): Promise<void> {
    await new Promise<void>((resolve) => void this.clock.after(delay, resolve));
    if (this.fails !== undefined) throw new StorageError(this.fails, 'no');
  }
}

function hostOf(policy: Partial<HostPolicy> = {}, objects = new Map([['input', Buffer.from('hello')]])) {
  const clock = new VirtualClock();
  const opened: SlowStore[] = [];
  let refuses = false;
  const connect = (): Promise<ObjectStore> => {
    if (refuses) return Promise.reject(new StorageError('unreachable', 'refused'));
    const store = new SlowStore(objects, clock);
    opened.push(store);
    return Promise.resolve(store);
  };
  const keys = new Set(['input', 'output']);
  const host = new HostSide(connect, { keys, limit: bytes(8), connection: 'reused', ...policy }, clock);
  return { host, opened, objects, refuse: (value: boolean) => (refuses = value) };
}

const get = (key: string): RawFrame => ({ kind: 6, length: key.length, pieces: [Buffer.from(key)] });
function put(key: string, object: string): RawFrame {
  const body = Buffer.concat([Buffer.from([key.length, 0]), Buffer.from(key), Buffer.from(object)]);
  return { kind: 7, length: body.length, pieces: [body] };
}

describe('the host side', () => {
  it('gets and puts, and tells how long each took', async () => {
    const { host, objects } = hostOf();
    expect(await host.serve(get('input'))).toEqual(encodeResult(Buffer.from('hello')));
    expect(await host.serve(put('output', 'abc'))).toEqual(encodeResult());
    expect(objects.get('output')?.toString()).toBe('abc');
    expect(host.endInvocation()).toEqual({ hostFetchMs: 3, hostStoreMs: 5 });
    expect(host.endInvocation()).toEqual({});
  });

  it.each(['other', '../input', '', 'INPUT', `a${'b'.repeat(200)}`])(
    'takes the key %j for none of the experiment, and asks nobody for it',
    async (key) => {
      const { host, opened } = hostOf();
      expect(await host.serve(get(key))).toEqual(encodeFailure('not-allowed'));
      expect(await host.serve(put(key.slice(0, 255), 'x'))).toEqual(encodeFailure('not-allowed'));
      expect(opened).toHaveLength(0);
    },
  );

  it('refuses an object above the limit before it asks the store', async () => {
    const { host, objects, opened } = hostOf();
    expect(await host.serve(put('output', '123456789'))).toEqual(encodeFailure('too-large'));
    expect(objects.has('output')).toBe(false);
    expect(opened).toHaveLength(0);
  });

  it('keeps one connection, or takes one an invocation, as it is told', async () => {
    const kept = hostOf();
    await kept.host.open();
    expect(kept.opened).toHaveLength(1);
    for (let i = 0; i < 3; i += 1) {
      await kept.host.serve(get('input'));
      kept.host.endInvocation();
    }
    expect(kept.opened).toHaveLength(1);

    const each = hostOf({ connection: 'per-invocation' });
    await each.host.open();
    expect(each.opened).toHaveLength(0);
    for (let i = 0; i < 3; i += 1) {
      await each.host.serve(get('input'));
      await each.host.serve(put('output', 'x'));
      each.host.endInvocation();
    }
    await Promise.resolve();
    expect(each.opened.map((store) => store.closed)).toEqual([true, true, true]);
  });

  it('says why a store failed, and connects anew after it was lost', async () => {
    const { host, opened } = hostOf();
    expect(await host.serve(get('output'))).toEqual(encodeFailure('missing'));
    const [first] = opened;
    if (first === undefined) throw new Error('no connection');
    for (const failure of ['denied', 'failed'] as const) {
      first.fails = failure;
      expect(await host.serve(get('input'))).toEqual(encodeFailure(failure));
    }
    expect(opened).toHaveLength(1);
    first.fails = 'unreachable';
    expect(await host.serve(get('input'))).toEqual(encodeFailure('unreachable'));
    expect(await host.serve(get('input'))).toEqual(encodeResult(Buffer.from('hello')));
    expect(opened).toHaveLength(2);
  });

  it('answers for a service that cannot be connected to, and recovers when it is back', async () => {
    const { host, refuse } = hostOf();
    refuse(true);
    await host.open();
    expect(await host.serve(get('input'))).toEqual(encodeFailure('unreachable'));
    refuse(false);
    expect(await host.serve(get('input'))).toEqual(encodeResult(Buffer.from('hello')));
  });
});
