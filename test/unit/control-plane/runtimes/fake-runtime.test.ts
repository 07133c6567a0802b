import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FakeRuntime } from '../../../../src/control-plane/runtimes/fake/fake-runtime.js';
import { encodeAnswer, encodeReady } from '../../../../src/control-plane/runtimes/fake/function-frames.js';
import { VirtualClock } from '../../../../src/control-plane/runtimes/fake/virtual-clock.js';
import { milliseconds as ms } from '../../../../src/domain/units.js';
import { prepareOn } from '../../experiment/fixture.js';
import { protocolVectors } from '../invoke/vectors.js';

async function launched(runtime: FakeRuntime) {
  const staged = await (await prepareOn(runtime)).stage('cold');
  return staged.launch();
}

describe('the fake runtime', () => {
  it('writes the frames of docs/protocol.md', () => {
    const vectors = protocolVectors();
    expect(encodeReady()).toEqual(vectors.get('ready'));
    expect(encodeAnswer('answer', 1, { compute: ms(1) }, Buffer.from('ok'))).toEqual(
      vectors.get(
        'answer to the first invocation, compute 1 ms, nothing else entered, no storage, response `ok`',
      ),
    );
    expect(encodeAnswer('error', 2, {}, Buffer.from('bad'))).toEqual(
      vectors.get('error on the second invocation, message `bad`'),
    );
  });

  it('is in no registry', () => {
    expect(readFileSync('src/control-plane/runtimes/registry.ts', 'utf8')).not.toContain('fake');
  });

  it('ends with code 0 when its input ends', async () => {
    const sandbox = await launched(new FakeRuntime(new VirtualClock(), { id: 'one' }));
    sandbox.stdin.end();
    expect(await sandbox.exited).toEqual({ code: 0, signal: undefined, outOfMemory: false });
  });

  it('counts a sandbox as standing from its launch to its removal, for its own function alone', async () => {
    const runtime = new FakeRuntime(new VirtualClock(), { id: 'one' });
    const sandbox = await launched(runtime);
    expect(await (await (await prepareOn(runtime)).stage('cold')).existing()).toBe(1);
    expect(await (await (await prepareOn(runtime, 'other')).stage('cold')).existing()).toBe(0);
    await sandbox.remove();
    await sandbox.remove();
    expect(await (await (await prepareOn(runtime)).stage('cold')).existing()).toBe(0);
    expect([runtime.count('removed'), (await sandbox.exited).signal]).toEqual([1, 'SIGKILL']);
  });

  it('removes what stands when its preparation is undone', async () => {
    const runtime = new FakeRuntime(new VirtualClock(), { id: 'one' });
    const prepared = await prepareOn(runtime);
    await (await prepared.stage('cold')).launch();
    await prepared.dispose();
    expect([runtime.standingSandboxes, runtime.count('removed')]).toEqual([0, 1]);
  });

  it('takes no options', () => {
    const runtime = new FakeRuntime(new VirtualClock(), { id: 'one' });
    expect(runtime.parseOptions(undefined)).toEqual({});
    expect(() => runtime.parseOptions({ network: 'none' })).toThrow(
      'options.one: this runtime takes no options',
    );
  });
});
