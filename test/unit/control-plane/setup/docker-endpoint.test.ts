/** The daemon is chosen as the Docker CLI chooses it, from folders as the Docker CLI writes them. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findDockerEndpoint, type Environment } from '../../../../src/control-plane/setup/docker-endpoint.js';
import { classifyDocker } from '../../../../src/control-plane/setup/docker-state.js';

let folder = '';
let servers: Server[] = [];
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'docker-config-'))));
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  servers = [];
});

const id = (name: string): string => createHash('sha256').update(name).digest('hex');

function context(name: string, host: string, more: object = {}): void {
  mkdirSync(join(folder, 'contexts/meta', id(name)), { recursive: true });
  writeFileSync(
    join(folder, 'contexts/meta', id(name), 'meta.json'),
    JSON.stringify({
      Name: name,
      Metadata: {},
      Endpoints: { docker: { Host: host, SkipTLSVerify: false, ...more } },
    }),
  );
}
const current = (name: string): void =>
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: {}, currentContext: name }));
const find = (environment: Environment = {}): ReturnType<typeof findDockerEndpoint> =>
  findDockerEndpoint({ DOCKER_CONFIG: folder, ...environment });

describe('the active daemon', () => {
  it('is that of DOCKER_HOST over DOCKER_CONTEXT over the current context over the default', () => {
    for (const name of ['one', 'two']) context(name, `unix:///${name}.sock`);
    current('one');
    const both = { DOCKER_CONTEXT: 'two', DOCKER_HOST: 'tcp://10.0.0.1:2375' };
    expect(find(both)).toMatchObject({ address: 'tcp://10.0.0.1:2375', chosenBy: { kind: 'DOCKER_HOST' } });
    expect(find({ ...both, DOCKER_HOST: '' })).toMatchObject({
      chosenBy: { kind: 'context', name: 'two' },
      options: { socketPath: '/two.sock' },
    });
    expect(find()).toMatchObject({ address: 'unix:///one.sock', options: { socketPath: '/one.sock' } });
    rmSync(join(folder, 'config.json'));
    expect(find()).toEqual({ address: '/var/run/docker.sock', chosenBy: { kind: 'default' }, options: {} });
  });

  it.each(['default', ''])("is this machine's own where the context is %j", (name) => {
    current(name);
    expect(find()).toMatchObject({ chosenBy: { kind: 'default' } });
    context('one', 'unix:///one.sock');
    current('one');
    if (name !== '') expect(find({ DOCKER_CONTEXT: name })).toMatchObject({ chosenBy: { kind: 'default' } });
  });

  it.each([
    ['tcp://10.0.0.1:2375', { protocol: 'http', host: '10.0.0.1', port: 2375 }],
    ['tcp://10.0.0.1', { protocol: 'http', host: '10.0.0.1', port: 2375 }],
    ['tcp://[2001:db8::1]:5', { protocol: 'http', host: '2001:db8::1', port: 5 }],
    ['https://daemon.test:5', { protocol: 'https', host: 'daemon.test', port: 5 }],
    [
      'ssh://ada@device.test',
      { protocol: 'ssh', host: 'device.test', username: 'ada', sshOptions: { agent: '/a' } },
    ],
    ['ssh://ada@device.test:2222', { protocol: 'ssh', port: 2222 }],
  ])('may be at %s', (host, options) => {
    context('one', host);
    expect(find({ DOCKER_CONTEXT: 'one', SSH_AUTH_SOCK: '/a' }).options).toMatchObject(options);
  });

  it('is spoken to by TLS with what the context has for it', () => {
    context('one', 'tcp://10.0.0.1');
    const tls = join(folder, 'contexts/tls', id('one'), 'docker');
    mkdirSync(tls, { recursive: true });
    for (const name of ['ca', 'cert', 'key']) writeFileSync(join(tls, `${name}.pem`), name);
    const [ca, cert, key] = ['ca', 'cert', 'key'].map((name) => Buffer.from(name));
    expect(find({ DOCKER_CONTEXT: 'one' }).options).toEqual({
      ...{ protocol: 'https', host: '10.0.0.1', port: 2376, ca, cert, key },
    });
  });

  it('is asked at the address of its context', async () => {
    const socket = join(folder, 'daemon.sock');
    const server = createServer((_, response) => response.end(JSON.stringify({ Version: '99.1' })));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    context('one', `unix://${socket}`);
    current('one');
    expect(await new Docker(find().options).version()).toEqual({ Version: '99.1' });
  });
});

describe('a context that cannot be used is said in one sentence that names it', () => {
  it('where there is none', () => {
    expect(() => find({ DOCKER_CONTEXT: 'nowhere' })).toThrow(/^there is no Docker context "nowhere" in /);
    current('../../etc/passwd');
    expect(() => find()).toThrow(/^there is no Docker context "\.\.\/\.\.\/etc\/passwd" in /);
  });

  it.each([
    ['npipe:////./pipe/docker_engine', 'named pipes are of Windows'],
    ['fd://', 'this is no address of a daemon'],
    ['nonsense', 'this is no address of a daemon'],
    ['ftp://10.0.0.1', 'not ftp:'],
  ])('where it is at %s', (host, why) => {
    context('one', host);
    expect(() => find({ DOCKER_CONTEXT: 'one' })).toThrow(`the Docker context "one" is at ${host}: `);
    expect(() => find({ DOCKER_CONTEXT: 'one' })).toThrow(why);
  });

  it('where its certificate is not to be verified', () => {
    context('one', 'tcp://10.0.0.1:2376', { SkipTLSVerify: true });
    expect(() => find({ DOCKER_CONTEXT: 'one' })).toThrow('SkipTLSVerify');
  });

  it('where the files are not what the Docker CLI writes', () => {
    writeFileSync(join(folder, 'config.json'), '{');
    expect(() => find()).toThrow(`${join(folder, 'config.json')} is not what the Docker CLI writes`);
    context('one', '');
    expect(() => find({ DOCKER_CONTEXT: 'one' })).toThrow('meta.json is not what the Docker CLI writes');
  });

  it('where its daemon does not answer, and none is started or installed here for it', () => {
    for (const code of ['ECONNREFUSED', 'ENOENT', 'EACCES']) {
      const verdict = classifyDocker({
        ...{
          error: Object.assign(new Error(code), { code }),
          address: 'unix:///one.sock',
          debian: true,
          user: 'ada',
        },
        ...{ daemonInstalled: false, chosenBy: { kind: 'context', name: 'one' } },
      });
      expect(verdict.state).toBe('unreachable');
      expect(verdict.why).toContain('unix:///one.sock');
      expect(verdict.remedy).toContain('"one"');
    }
  });
});
