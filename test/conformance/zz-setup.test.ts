import { it, expect } from 'vitest';
import { createDependencies } from '../../src/control-plane/setup/dependencies.js';
import { ensureDependency } from '../../src/control-plane/setup/dependency.js';
it('sets up', async () => {
  const d = createDependencies({ cacheFolder: '/tmp/sv/cache', repositoryRoot: process.cwd(), environment: { ...process.env, PATH: '/usr/bin:/bin' } });
  const e = await ensureDependency(d.versitygw, console.log);
  expect(e.installed).toBe(true);
}, 580_000);
