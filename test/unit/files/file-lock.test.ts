import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tryLock, withFileLock } from '../../../src/files/file-lock.js';
import { holderOf, newRecord, parseRecord, type LockHolder } from '../../../src/files/lock-record.js';
import type { Order, Said } from './lock-contender.js';
import { startOf } from '../../../src/files/process-identity.js';

let scratch = '';
let contenders: ChildProcess[] = [];
beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'locks-'));
  const bundle = join(scratch, 'lock-contender.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'lock-contender.ts')],
    ...{ bundle: true, platform: 'node', format: 'esm', outfile: bundle, logLevel: 'silent' },
  });
  contenders = Array.from({ length: 4 }, () => fork(bundle));
  await Promise.all(contenders.map((child) => once(child, 'message')));
});
afterAll(() => {
  for (const child of contenders) child.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
});

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(scratch, 'one-'));
  path = join(folder, 'run.lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const deadPid = 4_194_303;

async function tell(child: ChildProcess, order: Pick<Order, 'what'> & Partial<Order>): Promise<Said> {
  const answer = once(child, 'message');
  child.send({ path, at: 0, ...order });
  const [said] = (await answer) as [Said];
  return said;
}

/** How many of the processes held the lock when all tried at one moment. */
async function race(): Promise<number> {
  const at = performance.timeOrigin + performance.now() + 3;
  const said = await Promise.all(contenders.map((child) => tell(child, { what: 'take', at })));
  expect(said.filter(({ state }) => state === 'error')).toEqual([]);
  await Promise.all(contenders.map((child) => tell(child, { what: 'release' })));
  return said.filter(({ state }) => state === 'taken').length;
}

describe('a lock that several processes try to take at one moment', () => {
  it.each<[string, number, () => void]>([
    ['nobody holds', 100, () => undefined],
    ['a dead process holds', 150, () => writeFileSync(path, `${deadPid} 1`)],
    ['a process holds whose number another one has now', 150, () => writeFileSync(path, `${process.pid} 1`)],
    [
      'a dead process holds, which another dead process was about to take over',
      50,
      () => {
        writeFileSync(path, `${deadPid} 1`);
        writeFileSync(`${path}.${identityOf(path)}`, `${deadPid} 2`);
      },
    ],
    ['names nobody, since the disk was full', 2, () => writeFileSync(path, '')],
  ])(
    'and that %s has one holder in each of %i rounds',
    async (_what, rounds, before) => {
      const holders: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        before();
        holders.push(await race());
        expect(readdirSync(folder)).toEqual([]);
      }
      expect(holders.filter((count) => count !== 1)).toEqual([]);
    },
    60_000,
  );
});

it('a run directory has one holder, and the others are told who it is', async () => {
  const said = await Promise.all(
    contenders.map((child) => tell(child, { what: 'take-directory', path: folder })),
  );
  const holder = contenders[said.findIndex(({ state }) => state === 'taken')]?.pid;
  const refused = said.filter(({ state }) => state !== 'taken');
  expect(refused).toHaveLength(contenders.length - 1);
  for (const { why } of refused)
    expect(why).toMatch(new RegExp(`process ${holder} \\(since [-0-9T:.]+Z\\) is at work in ${folder}$`));
  await Promise.all(contenders.map((child) => tell(child, { what: 'release' })));
  expect(readdirSync(folder)).toEqual([]);
});

/** What names the right to take over a dead lock: the file, when it was written, and its content. */
function identityOf(lock: string): string {
  const { ino, mtimeNs, size } = statSync(lock, { bigint: true });
  const marks = [ino, mtimeNs, size, readFileSync(lock, 'utf8')].join('\n');
  return createHash('sha256').update(marks).digest('hex').slice(0, 16);
}

describe('a lock', () => {
  it('names its process, the start of it and since when it is held, and leaves nothing when it is let go', () => {
    const attempt = tryLock(path);
    const owner = parseRecord(readFileSync(path, 'utf8'));
    expect(owner).toMatchObject({ pid: process.pid, start: startOf(process.pid) });
    expect(Math.abs(Date.now() - (owner?.since?.getTime() ?? 0))).toBeLessThan(600_000);
    expect(readdirSync(folder)).toEqual(['run.lock']);
    if (attempt.state === 'taken') attempt.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('that somebody else has by now is not let go by its earlier holder', () => {
    const attempt = tryLock(path);
    rmSync(path);
    const { text } = newRecord();
    writeFileSync(path, text);
    if (attempt.state === 'taken') attempt.release();
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it.each([
    ['empty', ''],
    ['torn in the start of its process', `${process.pid} 1`],
    ['torn in its middle', newRecord().text.slice(0, 60)],
    ['torn before its end', newRecord().text.slice(0, -1)],
    ['of zeros, after a power failure', '\0'.repeat(120)],
    ['of somebody else', 'rubbish\n'],
  ])('whose file is %s is taken over once it has settled', (_what, text) => {
    writeFileSync(path, text);
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(path, longAgo, longAgo);
    expect(tryLock(path).state).toBe('taken');
    expect(readdirSync(folder)).toEqual(['run.lock']);
  });

  it('whose empty file has just been made is taken over when it stays as it is', () => {
    writeFileSync(path, '');
    expect(tryLock(path).state).toBe('taken');
  });

  it('that is a link, a folder or a pipe is refused by name, and nothing is written through it', () => {
    const target = join(folder, 'target');
    symlinkSync(target, path);
    expect(() => tryLock(path)).toThrow(`${path} is not a lock file`);
    expect(existsSync(target)).toBe(false);
    rmSync(path);
    mkdirSync(path);
    expect(() => tryLock(path)).toThrow(`${path} is not a lock file`);
    rmSync(path, { recursive: true });
    expect(spawnSync('mkfifo', [path]).status).toBe(0);
    expect(() => tryLock(path)).toThrow(`${path} is not a lock file`);
    expect(readdirSync(folder)).toEqual(['run.lock']);
  });

  it('in a folder that is not there is refused with the reason', () => {
    expect(() => tryLock(join(folder, 'none', 'run.lock'))).toThrow('cannot be taken: ENOENT');
  });

  it('of another machine or process namespace is held, whatever runs here under that number', () => {
    const [pid, start, , , , since, token] = newRecord().text.split(' ');
    writeFileSync(path, [deadPid, start, 'another-boot', 'pid:[7]', 'build-3#0123', since, token].join(' '));
    const attempt = tryLock(path);
    expect(attempt).toMatchObject({ state: 'held', holder: { pid: deadPid, elsewhere: 'build-3' } });
    const [, , boot, , host] = newRecord().text.split(' ');
    writeFileSync(path, [pid, start, boot, 'pid:[7]', host, since, token].join(' '));
    expect(tryLock(path).state).toBe('held');
    writeFileSync(path, [pid, start, 'boot-before', 'pid:[7]', host, since, token].join(' '));
    expect(tryLock(path).state).toBe('taken');
  });

  it('that names a process without its start is held only by a Node process that ran when it was written', () => {
    const owner = { pid: contenders[0]?.pid ?? 0 };
    const now = new Date();
    expect(holderOf(owner, now)).toEqual(owner);
    expect(holderOf(owner, new Date(now.getTime() - 3_600_000))).toBeUndefined();
    expect(holderOf({ pid: 1 }, now)).toBeUndefined();
    expect(holderOf({ pid: process.pid }, now)).toBeUndefined();
  });

  it('takes away what processes left that were killed while they took it, and nothing else', () => {
    const left = ['run.lock.0123456789abcdef', `run.lock.${'0'.repeat(32)}.new`];
    for (const name of left) writeFileSync(join(folder, name), `${deadPid} 1`);
    const kept = ['run.lock.backup', `run.lock.${'1'.repeat(32)}.new`, 'notes'];
    for (const name of kept) writeFileSync(join(folder, name), newRecord().text);
    expect(tryLock(path).state).toBe('taken');
    expect(readdirSync(folder).sort()).toEqual(['run.lock', ...kept].sort());
  });
});

describe('waiting for a lock', () => {
  it('says once whom it waits for, and goes on when the lock is let go', async () => {
    const [child] = contenders;
    if (child === undefined) throw new Error('no process');
    await tell(child, { what: 'take' });
    const told: (LockHolder | undefined)[] = [];
    const waited = withFileLock(path, () => Promise.resolve('in'), {
      onWait: (holder) => {
        told.push(holder);
        void tell(child, { what: 'release' });
      },
    });
    expect(await waited).toBe('in');
    expect(told).toMatchObject([{ pid: child.pid }]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('goes on when the holder is killed', async () => {
    const [child] = contenders.splice(0, 1);
    if (child === undefined) throw new Error('no process');
    await tell(child, { what: 'take' });
    const onWait = (): void => void child.kill('SIGKILL');
    expect(await withFileLock(path, () => Promise.resolve('in'), { onWait })).toBe('in');
  });

  it('ends when it is told to, and the lock stays with its holder', async () => {
    writeFileSync(path, newRecord().text);
    const stop = new AbortController();
    const waited = withFileLock(path, () => Promise.resolve('in'), {
      signal: stop.signal,
      onWait: () => stop.abort(),
    });
    await expect(waited).rejects.toThrow(`interrupted while waiting for the lock ${path}`);
    expect(readdirSync(folder)).toEqual(['run.lock']);
  });
});
