/** What talks to Docker goes where the active context says. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDockerProxy } from './docker-proxy.js';
import { ensureBuilt, lumos } from './lumos-command.js';

let scratch = '';
beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'docker-context-'));
  await ensureBuilt();
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const here = (environment: Readonly<Record<string, string>>) => ({
  cwd: scratch,
  environment: { DOCKER_HOST: '', DOCKER_CONTEXT: '', DOCKER_CONFIG: scratch, ...environment },
});
const echo = [
  'run',
  '--functions',
  'echo',
  '--runtimes',
  'docker',
  '--payloads',
  'tiny',
  '--repetitions',
  '1',
];

it('a context that there is not is one sentence that names it, and ends with code 3', async () => {
  for (const command of [echo, ['setup', 'docker']]) {
    const { code, stderr } = await lumos(command, here({ DOCKER_CONTEXT: 'nowhere' }));
    expect(code).toBe(3);
    expect(stderr).toContain('there is no Docker context "nowhere"');
    expect(stderr).not.toMatch(/^\s+at /m);
  }
});

it('the daemon of the current context is spoken to, and named when it is gone', async () => {
  const proxy = await openDockerProxy(join(scratch, 'p.sock'));
  let isCut = false;
  try {
    const meta = join(scratch, 'contexts/meta', createHash('sha256').update('mine').digest('hex'));
    mkdirSync(meta, { recursive: true });
    const Endpoints = { docker: { Host: proxy.address, SkipTLSVerify: false } };
    writeFileSync(join(meta, 'meta.json'), JSON.stringify({ Name: 'mine', Metadata: {}, Endpoints }));
    writeFileSync(join(scratch, 'config.json'), JSON.stringify({ currentContext: 'mine' }));
    const { stdout } = await lumos(['doctor', '--json'], here({}));
    const { runtimes } = JSON.parse(stdout) as { runtimes: { id: string; usable: boolean }[] };
    expect(runtimes.find(({ id }) => id === 'docker')).toMatchObject({ usable: true });
    await proxy.cut();
    isCut = true;
    const refused = await lumos(echo, here({}));
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain('p.sock');
    expect(refused.stderr).toContain('"mine"');
  } finally {
    if (!isCut) await proxy.cut();
  }
});
