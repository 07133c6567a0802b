/** On folders that stand in for the kernel's: what is removed and what is killed by the id of a run. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Hierarchy } from '../../../../src/control-plane/cgroup/hierarchy.js';
import {
  removeReserved,
  removeRunGroups,
  SandboxGroup,
} from '../../../../src/control-plane/cgroup/sandbox-group.js';

let scratch = '';
let hierarchy: Hierarchy;
let bystander: ChildProcess;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'groups-'));
  const root = join(scratch, 'cgroup');
  mkdirSync(root);
  hierarchy = { version: 2, root, cpuset: root };
  bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
});
afterEach(() => {
  bystander.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
});

/** A group of the process that stands by, outside of the run. */
function foreignGroup(path: string): string {
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'cgroup.procs'), `${bystander.pid}\n`);
  return path;
}

const lives = (): boolean => bystander.exitCode === null && bystander.signalCode === null;

describe('the control groups of a run', () => {
  it.each(['x/../../victim', '../victim', '..', ''])('are not those of the id %j', async (id) => {
    const victim = foreignGroup(join(scratch, 'victim', 'sandbox'));
    mkdirSync(join(hierarchy.root, 'lumos-x'));
    await expect(removeRunGroups(hierarchy, id)).rejects.toThrow('is not the id of a run');
    expect(() => SandboxGroup.create(hierarchy, id, 'one', {})).toThrow('is not the id of a run');
    expect([existsSync(victim), lives()]).toEqual([true, true]);
  });

  it('are not found through a link', async () => {
    const victim = foreignGroup(join(scratch, 'victim', 'sandbox'));
    symlinkSync(join(scratch, 'victim'), join(hierarchy.root, 'lumos-abc'));
    mkdirSync(join(hierarchy.root, 'lumos-abd'));
    symlinkSync(victim, join(hierarchy.root, 'lumos-abd', 'sandbox'));
    expect(await removeRunGroups(hierarchy, 'abc')).toEqual([]);
    expect([existsSync(victim), lives()]).toEqual([true, true]);
  });

  it('are not those of a run whose id begins alike', async () => {
    const other = foreignGroup(join(hierarchy.root, 'lumos-ab', 'sandbox'));
    mkdirSync(join(hierarchy.root, 'lumos-a', 'sandbox'), { recursive: true });
    expect(await removeRunGroups(hierarchy, 'a')).toEqual([join(hierarchy.root, 'lumos-a')]);
    expect([existsSync(other), lives()]).toEqual([true, true]);
  });

  it('made for an OCI runtime are removed by their exact names', async () => {
    const other = foreignGroup(join(hierarchy.root, 'lumos-a-b-1-1'));
    mkdirSync(join(hierarchy.root, 'lumos-a-1-1'));
    symlinkSync(other, join(hierarchy.root, 'lumos-a-1-2'));
    await removeReserved(hierarchy, (name) => /^lumos-a-\d+-\d+$/.test(name));
    expect(existsSync(join(hierarchy.root, 'lumos-a-1-1'))).toBe(false);
    expect([existsSync(other), lives()]).toEqual([true, true]);
  });

  it('do not count processes that a signal would not reach as one: another namespace’s, and our own', () => {
    const group = SandboxGroup.create({ version: 1, root: hierarchy.root }, 'abc', 'one', {});
    writeFileSync(join(group.paths.processes, 'cgroup.procs'), `0\n1\n${process.pid}\n${bystander.pid}\n`);
    expect(group.processes()).toEqual([bystander.pid]);
  });
});
