import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attemptCommand } from '../../../src/control-plane/process/run-command.js';
import { writeWhole } from '../../../src/files/write-whole.js';
import { RunDirectory } from '../../../src/records/run-directory.js';
import { lockRunDirectory } from '../../../src/records/run-lock.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lumos-directory-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('a run directory', () => {
  it('is made with the folders above it, and in an empty one', () => {
    const path = join(folder, 'a', 'b');
    new RunDirectory(path).create();
    expect(existsSync(join(path, 'logs'))).toBe(true);
    mkdirSync(join(folder, 'empty'));
    new RunDirectory(join(folder, 'empty')).create();
    expect(readdirSync(join(folder, 'empty'))).toEqual(['logs']);
  });

  it('is not made where something is already', () => {
    writeFileSync(join(folder, 'mine.txt'), 'mine');
    expect(() => new RunDirectory(folder).create()).toThrow(
      expect.objectContaining({
        kind: 'invalid-input',
        message: `${folder} is not empty`,
        remedy: `Name another directory with --out, or take the run in it up again with --resume ${folder}.`,
      }),
    );
    expect(readdirSync(folder)).toEqual(['mine.txt']);
  });

  it('without a manifest is none', () => {
    expect(() => new RunDirectory(folder).readManifest()).toThrow(
      expect.objectContaining({ kind: 'invalid-input', remedy: 'Name a directory that lumos run made.' }),
    );
    expect(() => new RunDirectory(join(folder, 'nowhere')).readManifest()).toThrow('is no run directory');
  });

  it('says which key of its manifest does not fit, and when it is no JSON', () => {
    const directory = new RunDirectory(folder);
    writeFileSync(directory.manifestPath, '{"schema":"lumos/run@9"}');
    expect(() => directory.readManifest()).toThrow(`${directory.manifestPath}: schema: `);
    writeFileSync(directory.manifestPath, '{"schema":');
    expect(() => directory.readManifest()).toThrow(`${directory.manifestPath}: not JSON (`);
  });

  it('has files written whole, and nothing beside them', () => {
    const path = join(folder, 'summary.json');
    writeWhole(path, 'first');
    writeWhole(path, 'second');
    expect([readFileSync(path, 'utf8'), readdirSync(folder)]).toEqual(['second', ['summary.json']]);
  });
});

describe('the lock of a run directory', () => {
  const lock = (): string => join(folder, 'run.lock');

  it('names this process, and is gone when it is let go', () => {
    const unlock = lockRunDirectory(folder);
    expect(readFileSync(lock(), 'utf8')).toMatch(new RegExp(`^${process.pid} \\d+ .*\\n$`));
    unlock();
    expect(existsSync(lock())).toBe(false);
  });

  it('held by a node process at work refuses, and is left as it is', async () => {
    let refused: unknown;
    let holder = '';
    const stop = new AbortController();
    await attemptCommand(
      process.execPath,
      [
        '-e',
        `require('fs').writeFileSync(${JSON.stringify(lock())}, String(process.pid)); console.log(process.pid); setInterval(() => {}, 1000)`,
      ],
      {
        signal: stop.signal,
        onOutput: (line) => {
          holder = line;
          try {
            lockRunDirectory(folder);
          } catch (error) {
            refused = error;
          }
          stop.abort();
        },
      },
    ).catch(() => undefined);
    expect(refused).toMatchObject({
      kind: 'invalid-input',
      message: `process ${holder} is at work in ${folder}`,
    });
    expect(readFileSync(lock(), 'utf8')).toBe(holder);
  });

  it.each([
    ['a process that is no more', '4194303\n'],
    ['a process of that number that is no node', '1\n'],
    ['nobody', 'rubbish\n'],
    ['this process', `${process.pid}\n`],
  ])('left by %s is taken over', (_whose, text) => {
    writeFileSync(lock(), text);
    const unlock = lockRunDirectory(folder);
    expect(readFileSync(lock(), 'utf8')).toMatch(new RegExp(`^${process.pid} \\d+ .*\\n$`));
    unlock();
  });
});
