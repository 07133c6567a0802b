import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isContainerOf } from '../../../../src/control-plane/runtimes/containerd/runtime.js';
import { makeRunFolder, removeRunFolders } from '../../../../src/control-plane/runtimes/run-folders.js';
import { removeObjectsFolder } from '../../../../src/experiment/storage-bench.js';

let parent = '';
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'run-folders-'));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

describe('the temporary folders of a run', () => {
  it('are removed, and those of runs whose ids begin alike stay', async () => {
    const ours = await makeRunFolder('crun', 'a', parent);
    const others = [
      await makeRunFolder('crun', 'ab', parent),
      await makeRunFolder('crun', 'a-b', parent),
      await makeRunFolder('wasmtime', 'a', parent),
      join(parent, 'lumos-crun-a.notes-of-mine'),
    ];
    mkdirSync(others[3] ?? '');
    writeFileSync(join(ours, 'state'), '');
    expect(await removeRunFolders(parent, 'crun', 'a')).toEqual([`folder ${ours}`]);
    expect(readdirSync(parent).sort()).toEqual(others.map((path) => basename(path)).sort());
  });

  it('are not looked for outside the folder, through a link or through an id', async () => {
    const victim = join(parent, 'victim');
    mkdirSync(join(victim, 'precious'), { recursive: true });
    symlinkSync(victim, join(parent, 'lumos-crun-a.AAAAAA'));
    expect(await removeRunFolders(parent, 'crun', 'a')).toEqual([]);
    for (const id of ['x/../../victim', '', '..'])
      await expect(removeRunFolders(parent, 'crun', id)).rejects.toThrow('is not the id of a run');
    expect(readdirSync(victim)).toEqual(['precious']);
  });
});

it('the folder of a run’s objects is removed by no other id than one that Lumos writes', () => {
  const name = basename(parent);
  for (const id of [`x/../${name}`, `x/../../${name}`, '..', ''])
    expect(() => removeObjectsFolder(id)).toThrow('is not the id of a run: nothing is removed in its name');
  expect(readdirSync(parent)).toEqual([]);
});

it('containers of a run are told from those of runs whose ids begin alike', () => {
  const isOurs = isContainerOf('a');
  expect(
    ['lumos-a-12-1', 'lumos-ab-12-1', 'lumos-a-b-12-1', 'lumos-a-1-12-1', 'lumos-a-12-1x', ''].filter(isOurs),
  ).toEqual(['lumos-a-12-1']);
  expect(() => isContainerOf('.*')).toThrow('is not the id of a run');
});
