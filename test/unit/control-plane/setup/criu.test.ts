/** CRIU as `lumos doctor` finds it: a stand-in on a PATH of the test's own, with what the real one said. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorIn, probeCriu } from '../../../../src/control-plane/setup/criu.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lumos-test-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** What criu 3.17.1 says of Linux 6.18. */
const onNewKernel = `Error (criu/vdso.c:381): vdso: Unexpected rt vDSO area bounds
Error (criu/vdso.c:613): vdso: Failed to fill self vdso symtable
Error (criu/kerndat.c:1615): kerndat_vdso_fill_symtable failed when initializing kerndat.
Error (criu/crtools.c:260): Could not initialize kernel features detection.
`;

async function standIn(check: string): Promise<void> {
  const path = join(folder, 'criu');
  await writeFile(path, `#!/bin/sh\n[ "$1" = --version ] && { echo 'Version: 3.17.1'; exit 0; }\n${check}\n`);
  await chmod(path, 0o755);
}

describe('criu', () => {
  it('that takes this kernel is usable, in its version', async () => {
    await standIn('echo "Looks good."');
    expect(await probeCriu(folder)).toMatchObject({ usable: true, version: 'criu 3.17.1' });
  });

  it('that does not take this kernel says so in its own words', async () => {
    await standIn(`cat >&2 <<'END'\n${onNewKernel}END\nexit 1`);
    expect(await probeCriu(folder)).toMatchObject({
      usable: false,
      why: 'criu 3.17.1 cannot run here: vdso: Unexpected rt vDSO area bounds',
    });
  });

  it('is told by its first error, whatever is written before it', () => {
    expect(errorIn('(00.022276) Error (criu/kerndat.c:1615): no kerndat\n')).toBe('no kerndat');
    expect(errorIn('Error: not as root\n')).toBe('not as root');
    expect(errorIn('')).toBe('criu check fails without a word');
  });
});
