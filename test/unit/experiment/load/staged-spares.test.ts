import { describe, expect, it } from 'vitest';
import type { StagedSandbox } from '../../../../src/domain/runtime.js';
import { StagedSpares } from '../../../../src/experiment/load/staged-spares.js';

/** Stagings that end when the test says so. */
function workshop(most: number, gap?: () => Promise<void>) {
  const staged: { name: string; discarded: boolean }[] = [];
  let failing = 0;
  const spares = new StagedSpares({
    most,
    ...(gap === undefined ? {} : { gap }),
    stage: (cpus) => {
      if (failing > 0) {
        failing -= 1;
        return Promise.reject(new Error('no room'));
      }
      const one = { name: `${staged.length}${cpus ?? ''}`, discarded: false };
      staged.push(one);
      const sandbox: StagedSandbox & { readonly name: string } = {
        name: one.name,
        existing: () => Promise.resolve(0),
        launch: () => Promise.reject(new Error('not asked of here')),
        discard: () => {
          one.discarded = true;
          return Promise.resolve();
        },
      };
      return Promise.resolve(sandbox);
    },
  });
  const take = async (cpus?: string): Promise<string> =>
    ((await spares.take(cpus)) as StagedSandbox & { readonly name: string }).name;
  return { spares, staged, take, fail: (times: number) => void (failing = times) };
}

describe('sandboxes staged ahead', () => {
  it('are there before a start takes them, the oldest first, and none is given twice', async () => {
    const { spares, staged, take } = workshop(2);
    await spares.fill();
    expect(staged).toHaveLength(2);
    expect([await take(), await take()]).toEqual(['0', '1']);
    expect(staged).toHaveLength(2);
    expect(await take()).toBe('2');
  });

  it('are filled up to as many as are to be ready, and no further', async () => {
    const { spares, staged, take } = workshop(2);
    await spares.fill();
    await spares.fill();
    expect(staged).toHaveLength(2);
    await take();
    await spares.fill();
    expect(staged).toHaveLength(3);
  });

  it('are of the CPUs that are asked for', async () => {
    const { spares, take } = workshop(1);
    await spares.fill('1');
    expect(await take('2')).toBe('12');
    expect(await take('1')).toBe('01');
  });

  it('that could not be staged are staged when they are needed, and a failure then is the start’s', async () => {
    const { spares, take, fail } = workshop(2);
    fail(2);
    await spares.fill();
    expect(await take()).toBe('0');
    fail(1);
    await expect(take()).rejects.toThrow('no room');
  });

  it('are staged when that is in nobody’s way, and at once where a start cannot wait for that', async () => {
    const waiting: (() => void)[] = [];
    const { spares, staged, take } = workshop(2, () => new Promise((resolve) => waiting.push(resolve)));
    const filling = spares.fill();
    expect(staged).toHaveLength(0);
    expect(await take()).toBe('0');
    waiting.forEach((resolve) => resolve());
    await filling;
    expect(staged).toHaveLength(2);
    expect(await take()).toBe('1');
  });

  it('are not staged any more where the load ended before there was time', async () => {
    let open: () => void = () => undefined;
    const { spares, staged } = workshop(1, () => new Promise((resolve) => (open = resolve)));
    const filling = spares.fill();
    await spares.close();
    open();
    await filling;
    expect(staged).toEqual([]);
  });

  it('are given back at the end where nobody took them, those taken are not', async () => {
    const { spares, staged, take } = workshop(2);
    await spares.fill();
    await take();
    const filling = spares.fill();
    await spares.close();
    await filling;
    await spares.fill();
    expect(staged.map(({ discarded }) => discarded)).toEqual([false, true, true]);
  });
});
