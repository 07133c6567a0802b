import { describe, expect, it } from 'vitest';
import { classifyDocker, type DockerFindings } from '../../../../src/control-plane/setup/docker-state.js';

const error = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code });
const findings: DockerFindings = {
  error: undefined,
  address: '/var/run/docker.sock',
  chosenBy: { kind: 'default' },
  daemonInstalled: true,
  debian: true,
  user: 'ada',
};

describe('classifyDocker', () => {
  it('is answering when nothing was thrown', () => {
    expect(classifyDocker(findings).state).toBe('answering');
  });

  it.each(['ENOENT', 'ECONNREFUSED'])('is down when %s meets an installed daemon', (code) => {
    const verdict = classifyDocker({ ...findings, error: error(code) });
    expect(verdict).toMatchObject({ state: 'daemon-down', remedy: 'lumos setup docker' });
    expect(verdict.why).toContain('its daemon is down');
  });

  it('is not installed when there is neither a socket nor a daemon, although there may be a client', () => {
    const verdict = classifyDocker({ ...findings, error: error('ENOENT'), daemonInstalled: false });
    expect(verdict).toMatchObject({ state: 'not-installed', remedy: 'lumos setup docker' });
  });

  it('does not promise to install it where there is no apt-get', () => {
    const elsewhere = { ...findings, error: error('ENOENT'), daemonInstalled: false, debian: false };
    expect(classifyDocker(elsewhere).remedy).toContain('install Docker Engine');
  });

  it('tells a lack of permission from a daemon that is down, and what the remedy gives away', () => {
    const verdict = classifyDocker({ ...findings, error: error('EACCES') });
    expect(verdict.state).toBe('no-permission');
    expect(verdict.why).toContain('ada');
    expect(verdict.remedy).toContain('usermod -aG docker ada');
    expect(verdict.remedy).toContain('can become root');
  });

  it('does not start a daemon here when DOCKER_HOST names another one', () => {
    const verdict = classifyDocker({
      ...findings,
      error: error('ECONNREFUSED'),
      address: 'tcp://10.0.0.1:2375',
      chosenBy: { kind: 'DOCKER_HOST' },
    });
    expect(verdict.state).toBe('unreachable');
    expect(verdict.why).toContain('tcp://10.0.0.1:2375');
    expect(verdict.remedy).toContain('DOCKER_HOST');
  });

  it('is unreachable when the daemon answers with an error of its own', () => {
    expect(classifyDocker({ ...findings, error: new Error('(HTTP code 500) server error') })).toMatchObject({
      state: 'unreachable',
    });
  });
});
