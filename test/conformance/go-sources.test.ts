/** What is written in Go passes what Go's own tools say of it, by the Go that Lumos compiles with. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createWorkbench } from '../../src/cli/workbench.js';
import { attemptCommand } from '../../src/control-plane/process/run-command.js';
import { dependencyOf } from '../../src/control-plane/setup/dependencies.js';
import { ensureDependency } from '../../src/control-plane/setup/dependency.js';
import { cacheFolder } from '../../src/control-plane/build/cache-folder.js';
import { findGo } from '../../src/control-plane/setup/go.js';
import { repositoryRoot } from '../e2e/lumos-command.js';

const options = { cacheFolder: cacheFolder(), repositoryRoot };
const functions = await readdir(join(repositoryRoot, 'functions'));
const modules = [
  'sdks/go',
  'examples/word-count-go',
  ...functions.map((name) => join('functions', name, 'go')),
].filter((folder) => existsSync(join(repositoryRoot, folder, 'go.mod')));

let go = '';
beforeAll(async () => {
  const { dependencies } = await createWorkbench();
  await ensureDependency(dependencyOf(dependencies, 'go'), () => undefined);
  go = (await findGo(options)) ?? '';
}, 300_000);

/** What a command of Go's says, with everything it keeps in Lumos's cache folder. */
async function said(command: string, folder: string, args: readonly string[], target?: 'wasip1') {
  const { code, stdout, stderr } = await attemptCommand(command, args, {
    cwd: join(repositoryRoot, folder),
    env: {
      GOCACHE: join(options.cacheFolder, 'target', 'go'),
      GOMODCACHE: join(options.cacheFolder, 'target', 'go-modules'),
      GOFLAGS: '-mod=readonly -modcacherw',
      GOTOOLCHAIN: 'local',
      GOWORK: 'off',
      ...(target === undefined ? {} : { GOOS: target, GOARCH: 'wasm' }),
    },
  });
  return { code, stdout, stderr };
}

/** The first run on a machine compiles Go's own library, natively and for WASI. */
const limit = 600_000;

describe.each(modules)('%s', (folder) => {
  it(
    'is formatted, and natively and for WASI nothing is wrong with it',
    async () => {
      expect(await said(join(dirname(go), 'gofmt'), folder, ['-l', '.'])).toMatchObject({
        code: 0,
        stdout: '',
      });
      for (const target of [undefined, 'wasip1'] as const) {
        expect(await said(go, folder, ['vet', './...'], target)).toMatchObject({ code: 0 });
      }
    },
    limit,
  );

  it(
    'passes its own tests',
    async () => {
      expect(await said(go, folder, ['test', './...'])).toMatchObject({ code: 0 });
    },
    limit,
  );
});
