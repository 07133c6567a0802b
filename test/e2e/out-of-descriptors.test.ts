/** A process that has no file descriptor left: what it starts fails with the reason, and the process goes on. */
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { attemptCommand } from '../../src/control-plane/process/run-command.js';
import { ensureBuilt, repositoryRoot } from './lumos-command.js';

beforeAll(ensureBuilt);

const moduleAt = (path: string): string =>
  JSON.stringify(pathToFileURL(join(repositoryRoot, 'dist/control-plane/process', path)).href);

const script = `
import { closeSync, openSync } from 'node:fs';
import { SupervisedProcess } from ${moduleAt('supervised-process.js')};
import { attemptCommand } from ${moduleAt('run-command.js')};
const said = [];
const told = (error) => said.push(error.message);
const open = [];
try { for (;;) open.push(openSync('/dev/null')); } catch {}
const stage = () => SupervisedProcess.stage({ shim: '/bin/cat', groupFiles: [], file: 'x', args: [] });
await stage().catch(told);
// As many as some of the pipes need.
for (const one of open.splice(0, 5)) closeSync(one);
await stage().catch(told);
await attemptCommand('true', []).then(() => said.push('ran'), told);
for (const one of open) closeSync(one);
await attemptCommand('true', []).then(() => said.push('ran'), told);
console.log(JSON.stringify(said));
`;

it(
  'neither a sandbox nor a command that cannot be started ends the process',
  { timeout: 120_000 },
  async () => {
    const { code, stdout, stderr } = await attemptCommand('sh', [
      ...['-c', 'ulimit -n 128; exec "$0" --input-type=module --eval "$1"'],
      ...[process.execPath, script],
    ]);
    expect([code, stderr]).toEqual([0, '']);
    const said = JSON.parse(stdout) as string[];
    expect(said[0]).toBe('the supervisor /bin/cat could not be started: spawn /bin/cat EMFILE');
    expect(said[1]).toMatch(/^the supervisor \/bin\/cat could not be started: spawn \/bin\/cat EMFILE/);
    expect(said.at(-1)).toBe('ran');
  },
);
