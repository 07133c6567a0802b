/**
 * `config.json` of an OCI bundle (runtime specification 1.0), with what Docker gives a container by default. It asks for no
 * control groups: the container stays in the group of the sandbox. Pure.
 */
import type { BundleOptions } from './options.js';

/** Docker's and containerd's default set. */
export const defaultCapabilities = [
  ...['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FSETID', 'CAP_FOWNER', 'CAP_MKNOD', 'CAP_NET_RAW', 'CAP_SETGID'],
  ...['CAP_SETUID', 'CAP_SETFCAP', 'CAP_SETPCAP', 'CAP_NET_BIND_SERVICE', 'CAP_SYS_CHROOT', 'CAP_KILL'],
  'CAP_AUDIT_WRITE',
] as const;

const maskedPaths = [
  ...['/proc/acpi', '/proc/kcore', '/proc/keys', '/proc/latency_stats', '/proc/timer_list'],
  ...['/proc/timer_stats', '/proc/sched_debug', '/proc/scsi', '/sys/firmware'],
];
const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

export interface Mount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options?: readonly string[];
}

const guarded = ['nosuid', 'noexec', 'nodev'] as const;
const mounts: readonly Mount[] = [
  { destination: '/proc', type: 'proc', source: 'proc', options: guarded },
  {
    destination: '/dev',
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
  },
  {
    destination: '/dev/pts',
    type: 'devpts',
    source: 'devpts',
    options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
  },
  { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...guarded, 'ro'] },
  { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: guarded },
  {
    destination: '/dev/shm',
    type: 'tmpfs',
    source: 'shm',
    options: [...guarded, 'mode=1777', 'size=65536k'],
  },
];

/** Where a container sees the folder of its objects. */
export const objectsFolder = '/objects';

export interface BundleWish {
  /** The root file system's folder on this machine. */
  readonly rootfs: string;
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly hostname: string;
  readonly options: BundleOptions;
  /** The folder of objects of this machine. */
  readonly folder?: string | undefined;
  /** In the words of the OCI specification; absent for none. */
  readonly seccomp?: object | undefined;
}

export interface BundleConfig {
  readonly ociVersion: string;
  readonly process: object;
  readonly root: { readonly path: string; readonly readonly: boolean };
  readonly hostname: string;
  readonly mounts: readonly Mount[];
  readonly linux: object;
}

export function bundleConfig(wish: BundleWish): BundleConfig {
  const { options, folder } = wish;
  const namespaces = ['pid', 'ipc', 'uts', 'mount', ...(options.network === 'none' ? ['network'] : [])];
  const capabilities = { bounding: defaultCapabilities, effective: defaultCapabilities };
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: false,
      user: { uid: 0, gid: 0 },
      args: wish.args,
      env: wish.env,
      cwd: '/',
      capabilities: { ...capabilities, permitted: defaultCapabilities },
      noNewPrivileges: true,
    },
    root: { path: wish.rootfs, readonly: options.readOnlyRoot },
    hostname: wish.hostname,
    mounts: [
      ...mounts,
      ...(folder === undefined
        ? []
        : [{ destination: objectsFolder, type: 'bind', source: folder, options: ['rbind', 'rw'] }]),
    ],
    linux: {
      namespaces: namespaces.map((type) => ({ type })),
      maskedPaths,
      readonlyPaths,
      ...(wish.seccomp === undefined ? {} : { seccomp: wish.seccomp }),
    },
  };
}
