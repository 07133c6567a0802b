import { describe, expect, it } from 'vitest';
import { parseContainerdVersion } from '../../../../src/control-plane/runtimes/containerd/dependency.js';
import { daemonConfig } from '../../../../src/control-plane/runtimes/containerd/client.js';
import { ContainerdOptionsSchema } from '../../../../src/control-plane/runtimes/containerd/options.js';
import {
  runArguments,
  type RunWish,
} from '../../../../src/control-plane/runtimes/containerd/run-arguments.js';
import { taskProcess } from '../../../../src/control-plane/runtimes/containerd/sandbox.js';
import { bundleConfig } from '../../../../src/control-plane/runtimes/crun/bundle-config.js';
import { parseCrunVersion } from '../../../../src/control-plane/runtimes/crun/dependency.js';
import { BundleOptionsSchema } from '../../../../src/control-plane/runtimes/crun/options.js';
import { readSeccompProfile, resolveSeccomp } from '../../../../src/control-plane/runtimes/crun/seccomp.js';
import {
  createBody,
  DockerOptionsSchema,
  type ContainerWish,
} from '../../../../src/control-plane/runtimes/docker/docker-options.js';
import { givenService } from '../../../../src/control-plane/runtimes/podman/dependency.js';
import { hardLimit } from '../../../../src/control-plane/runtimes/podman/service.js';
import { parseShimVersion } from '../../../../src/control-plane/runtimes/runwasi/dependency.js';
import { fromMebibytes } from '../../../../src/domain/units.js';

describe('the request that creates a container', () => {
  const body = (options: object, more: Partial<ContainerWish> = {}) =>
    createBody({
      image: 'lumos/f:run-1',
      names: { runId: '1', function: 'f' },
      options: DockerOptionsSchema.parse(options),
      limits: {},
      ...more,
    });

  it('publishes the port on the loopback alone, on a bridge', () => {
    const made = body({}, { port: 4711 });
    expect(made.Env).toEqual(['LUMOS_HTTP=0.0.0.0:8080']);
    expect(made.HostConfig?.PortBindings).toEqual({
      '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: '4711' }],
    });
  });

  it('publishes nothing where the network is the machine’s, and serves on the loopback', () => {
    const made = body({ network: 'host' }, { port: 4711 });
    expect(made.Env).toEqual(['LUMOS_HTTP=127.0.0.1:4711']);
    expect(made.HostConfig).not.toHaveProperty('PortBindings');
  });

  it('has no variable and no port without HTTP', () => {
    const made = body({});
    expect(made).not.toHaveProperty('Env');
    expect(made).not.toHaveProperty('ExposedPorts');
  });

  it('has of a half core one CPU and a quota, of a whole one the CPU alone', () => {
    const half = body({}, { limits: { cpu: { cores: 0.5, cpus: [1] } } }).HostConfig;
    expect(half).toMatchObject({ CpusetCpus: '1', CpuPeriod: 2000, CpuQuota: 1000 });
    expect(half).not.toHaveProperty('NanoCpus');
    const two = body({}, { limits: { cpu: { cores: 2, cpus: [0, 1] } } }).HostConfig;
    expect(two).toMatchObject({ CpusetCpus: '0,1' });
    expect(two).not.toHaveProperty('CpuQuota');
  });

  it('has the lesser of its own limits and its environment’s', () => {
    const limits = { memoryBytes: fromMebibytes(512), cpu: { cores: 1, cpus: [1] } };
    const larger = body({ memoryMiB: 1024, cpus: 3 }, { limits }).HostConfig;
    expect(larger).toMatchObject({ Memory: 536_870_912, MemorySwap: 536_870_912, CpusetCpus: '1' });
    expect(larger).not.toHaveProperty('CpuQuota');
    const less = body({ cpus: 0.5 }, { limits }).HostConfig;
    expect(less).toMatchObject({ CpusetCpus: '1', CpuPeriod: 2000, CpuQuota: 1000 });
  });

  it('its own memory limit goes before the experiment’s; swap adds nothing', () => {
    const limits = { memoryBytes: fromMebibytes(512) };
    const own = body({ memoryMiB: 64, cpus: 1.5 }, { limits }).HostConfig;
    expect(own).toMatchObject({ Memory: 67_108_864, MemorySwap: 67_108_864, NanoCpus: 1_500_000_000 });
    expect(body({}, { limits }).HostConfig).toMatchObject({ Memory: 536_870_912 });
    expect(body({}).HostConfig).not.toHaveProperty('Memory');
  });

  it.each([{ cpus: 0 }, { memoryMiB: 0.5 }, { base: '' }, { network: 'overlay' }])(
    'refuses %j',
    (options) => {
      expect(DockerOptionsSchema.safeParse(options).success).toBe(false);
    },
  );
});

describe('the configuration of a bundle', () => {
  const config = (options: object, folder?: string) =>
    bundleConfig({
      rootfs: '/b/rootfs',
      args: ['/function'],
      env: [],
      hostname: 'lumos',
      options: BundleOptionsSchema.parse(options),
      folder,
    });

  it('has a network of its own unless it shares the machine’s', () => {
    const types = (linux: object): unknown => (linux as { namespaces: { type: string }[] }).namespaces;
    expect(types(config({}).linux)).toContainEqual({ type: 'network' });
    expect(types(config({ network: 'host' }).linux)).not.toContainEqual({ type: 'network' });
  });

  it('gains no privileges and asks for no control group', () => {
    const made = config({});
    expect(made.process).toMatchObject({ noNewPrivileges: true, terminal: false });
    expect(made.linux).not.toHaveProperty('cgroupsPath');
    expect(made.mounts.map(({ destination }) => destination)).not.toContain('/sys/fs/cgroup');
  });

  it('sees the folder of its objects, and may write to it with a read-only root', () => {
    const made = config({ readOnlyRoot: true }, '/tmp/o');
    expect(made.root.readonly).toBe(true);
    expect(made.mounts.at(-1)).toEqual({
      destination: '/objects',
      type: 'bind',
      source: '/tmp/o',
      options: ['rbind', 'rw'],
    });
  });
});

describe('the default filter of system calls', () => {
  const profile = {
    defaultAction: 'SCMP_ACT_ERRNO',
    archMap: [{ architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86'] }],
    syscalls: [
      { names: ['read'], action: 'SCMP_ACT_ALLOW' },
      { names: ['mount'], action: 'SCMP_ACT_ALLOW', includes: { caps: ['CAP_SYS_ADMIN'] } },
      { names: ['chroot'], action: 'SCMP_ACT_ALLOW', includes: { caps: ['CAP_SYS_CHROOT'] } },
      { names: ['clone'], action: 'SCMP_ACT_ALLOW', excludes: { caps: ['CAP_SYS_CHROOT'] } },
      { names: ['arm'], action: 'SCMP_ACT_ALLOW', includes: { arches: ['arm64'] } },
      { names: ['ptrace'], action: 'SCMP_ACT_ALLOW', includes: { minKernel: '4.8' } },
      { names: ['future'], action: 'SCMP_ACT_ALLOW', includes: { minKernel: '9.0' } },
    ],
  };
  const machine = {
    architecture: 'amd64',
    seccompArchitecture: 'SCMP_ARCH_X86_64',
    kernel: '6.1.0-18-amd64',
    capabilities: ['CAP_SYS_CHROOT'],
  };

  it('has the rules whose conditions this machine and these capabilities meet, and no other', () => {
    const resolved = resolveSeccomp(profile, machine) as { syscalls: { names: string[] }[] };
    expect(resolved.syscalls.flatMap(({ names }) => names)).toEqual(['read', 'chroot', 'ptrace']);
    expect(resolved).toMatchObject({ architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'] });
  });

  it('that is not installed is said to be missing, with a way out', async () => {
    const refused = readSeccompProfile(['/nowhere/seccomp.json']);
    await expect(refused).rejects.toMatchObject({ kind: 'missing-dependency' });
    await expect(refused).rejects.toThrow('/nowhere/seccomp.json');
  });
});

describe('the client of containerd', () => {
  const wish = (options: object, more: Partial<RunWish> = {}): readonly string[] =>
    runArguments({
      image: 'docker.io/lumos/f:run-1',
      container: 'lumos-1-2-3',
      labels: { 'lumos.run': '1' },
      shim: 'io.containerd.runc.v2',
      platform: undefined,
      options: ContainerdOptionsSchema.parse(options),
      limits: {},
      folder: undefined,
      port: undefined,
      ...more,
    });

  it('is told image and container last, and the filter by default', () => {
    const args = wish({});
    expect(args.slice(-2)).toEqual(['docker.io/lumos/f:run-1', 'lumos-1-2-3']);
    expect(args).toContain('--seccomp');
    expect(wish({ seccomp: 'unconfined' })).not.toContain('--seccomp');
  });

  it('is told the quota of a part of a core; CPUs are in the group that is there before', () => {
    const half = wish({}, { limits: { cpu: { cores: 0.5, cpus: [1] }, memoryBytes: fromMebibytes(64) } });
    expect(half.join(' ')).toContain('--cpu-period 2000 --cpu-quota 1000 --memory-limit 67108864');
    const whole = wish({ cpus: 3 }, { limits: { cpu: { cores: 1, cpus: [1] } } });
    expect(whole.join(' ')).not.toMatch(/--cpu/);
  });

  it('is told the platform of Wasm, the limits and the port', () => {
    const args = wish({ cpus: 0.5, memoryMiB: 1, network: 'host' }, { platform: 'wasi/wasm', port: 4711 });
    for (const pair of [
      ['--platform', 'wasi/wasm'],
      ['--cpus', '0.5'],
      ['--memory-limit', '1048576'],
      ['--env', 'LUMOS_HTTP=127.0.0.1:4711'],
    ]) {
      expect(args.slice(args.indexOf(pair[0] ?? ''), args.indexOf(pair[0] ?? '') + 2)).toEqual(pair);
    }
    expect(args).toContain('--net-host');
  });

  it('names a task by its whole name', () => {
    const said = 'TASK    PID    STATUS\nlumos-1-2-31    77    RUNNING\nlumos-1-2-3    78    RUNNING\n';
    expect(taskProcess(said, 'lumos-1-2-3')).toBe(78);
    expect(taskProcess(said, 'lumos-1')).toBeUndefined();
    expect(taskProcess('lumos-1 0 STOPPED\n', 'lumos-1')).toBeUndefined();
  });

  it('writes folders with quotes in their names as TOML strings', () => {
    expect(daemonConfig('/a "b"', '/s')).toContain('root = "/a \\"b\\"/root"');
  });
});

describe('what programs say of themselves', () => {
  it.each([
    [parseCrunVersion, 'crun version 1.8.1\ncommit: f8a0', '1.8.1'],
    [
      parseContainerdVersion,
      'containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1',
      '1.6.20~ds1',
    ],
    [parseContainerdVersion, 'containerd github.com/containerd/containerd v1.7.2 0cae528', '1.7.2'],
    [parseShimVersion, 'containerd-shim-lumos-v1:\n  Runtime: lumos\n  Version: 0.1.0\n', '0.1.0'],
  ])('%o reads %j as %s', (parse, said, version) => {
    expect(parse(said)).toBe(version);
    expect(parse('something else')).toBeUndefined();
  });

  it('limits of a process are numbers, or none', () => {
    const text = 'Max processes             32768                32769                processes\n';
    expect(hardLimit(text, 'Max processes')).toBe(32_769);
    expect(hardLimit('Max processes  unlimited  unlimited  processes\n', 'Max processes')).toBe(Infinity);
  });

  it('the service of Podman is the one that is named, ours first', () => {
    expect(givenService({ PODMAN_HOST: 'unix:///a', CONTAINER_HOST: 'unix:///b' })).toBe('unix:///a');
    expect(givenService({ PODMAN_HOST: '', CONTAINER_HOST: 'unix:///b' })).toBe('unix:///b');
    expect(givenService({})).toBeUndefined();
  });
});
