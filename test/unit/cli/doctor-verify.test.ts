import { stripVTControlCharacters } from 'node:util';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { verify } from '../../../src/cli/commands/doctor-verify.js';
import { problemsOf, verdictTable } from '../../../src/cli/commands/verify-table.js';
import { createWorkbench, type Workbench } from '../../../src/cli/workbench.js';
import { FakeRuntime } from '../../../src/control-plane/runtimes/fake/fake-runtime.js';
import type { FakeScript } from '../../../src/control-plane/runtimes/fake/script.js';
import { VirtualClock } from '../../../src/control-plane/runtimes/fake/virtual-clock.js';
import { readVerifiedMark, type VerifiedMark } from '../../../src/records/verified-marks.js';
import { artifactSource, echoFunction } from '../experiment/fixture.js';
import { collectPrinted, type Printed } from './printed.js';

let cache = '';
let printed: Printed;

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'verify-of-lumos-'));
  vi.stubEnv('LUMOS_CACHE', cache);
  printed = collectPrinted();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true, force: true });
});

/** A workbench on which nothing is real but the clean machine; its only function echoes. */
async function workbenchOf(script: Partial<FakeScript> = {}): Promise<Workbench> {
  const clock = new VirtualClock();
  const runtime = new FakeRuntime(clock, { id: 'one', ...script });
  const definition = echoFunction('hello-world');
  const bench = {
    ...(await createWorkbench()),
    builder: artifactSource() as Workbench['builder'],
    registry: [runtime],
    catalogue: () => Promise.resolve({ all: [definition], select: () => [definition] }),
    clock,
  };
  return bench;
}

const mark: VerifiedMark = {
  schema: 'lumos/verified@1',
  runtime: 'one',
  version: '1.2',
  lumosVersion: '0.1.0',
  at: '2026-11-24T04:00:00.000Z',
  passed: 3,
  failed: ['a', 'b', 'c', 'd', 'e'].map((behaviour) => ({ behaviour, why: 'it has no streams' })),
  skipped: [{ behaviour: 'f', reason: 'no limits here' }],
};

describe('verifying', () => {
  it('a runtime that lacks behaviours ends with code 1, says which and why, and keeps it', async () => {
    expect(await verify(await workbenchOf(), ['one'], { json: false })).toBe(1);
    const kept = readVerifiedMark(cache, 'one');
    expect(kept?.version).toBe('fake 1');
    expect(kept?.passed).toBeGreaterThan(0);
    expect(kept?.failed).toContainEqual({
      behaviour: 'a payload of 1 bytes comes in and goes out byte for byte',
      why: 'the suite has no function echo',
    });
    expect(printed.out).toContain('the suite has no function echo');
    expect(stripVTControlCharacters(printed.err)).toMatch(/\/\d+ .*failed.* a payload of 1 bytes/);
  });

  it('leaves out what cannot run here unless it was named, which is code 3', async () => {
    const availability = { usable: false, why: 'there is no one', remedy: 'lumos setup one' } as const;
    const workbench = await workbenchOf({ availability });
    expect(await verify(workbench, [], { json: true })).toBe(0);
    expect(JSON.parse(printed.out)).toEqual({ verified: [] });
    expect(printed.err).toContain('one: left out: there is no one');
    await expect(verify(workbench, ['one'], { json: true })).rejects.toMatchObject({
      kind: 'missing-dependency',
      remedy: 'lumos setup one',
    });
  });

  it('counts by runtime, and tells troubles of one reason once', () => {
    const row = verdictTable([mark])
      .split('\n')
      .find((line) => line.includes('1.2'));
    expect(row?.split('│').map((cell) => cell.trim())).toEqual(['', 'one', '1.2', '3', '5', '1', 'no', '']);
    expect(problemsOf([mark])).toEqual([
      'one failed "a", "b", "c" and 2 more: it has no streams',
      'one skipped "f": no limits here',
    ]);
  });
});
