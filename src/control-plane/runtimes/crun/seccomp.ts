/**
 * The default system call filter of container engines, from the profile that is installed with them: it is written in
 * Docker's format, whose conditions an engine resolves before it hands it to the OCI runtime.
 */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { missingDependency } from '../../../domain/errors.js';

/** Where the packages of Podman and its relatives put it, after what the administrator put beside. */
const profilePaths = ['/etc/containers/seccomp.json', '/usr/share/containers/seccomp.json'];

const ConditionsSchema = z.object({
  caps: z.array(z.string()).optional(),
  arches: z.array(z.string()).optional(),
  minKernel: z.string().optional(),
});
type Conditions = z.infer<typeof ConditionsSchema>;

const ProfileSchema = z.object({
  defaultAction: z.string(),
  defaultErrnoRet: z.number().optional(),
  archMap: z
    .array(z.object({ architecture: z.string(), subArchitectures: z.array(z.string()).nullish() }))
    .default([]),
  syscalls: z.array(
    z.looseObject({
      names: z.array(z.string()),
      action: z.string(),
      args: z.array(z.looseObject({})).nullish(),
      errnoRet: z.number().optional(),
      includes: ConditionsSchema.nullish(),
      excludes: ConditionsSchema.nullish(),
    }),
  ),
});
export type SeccompProfile = z.infer<typeof ProfileSchema>;

export interface Machine {
  /** As Go names it, e.g. `amd64`. */
  readonly architecture: string;
  /** As seccomp names it, e.g. `SCMP_ARCH_X86_64`. */
  readonly seccompArchitecture: string;
  /** E.g. `6.1.0-18-amd64`. */
  readonly kernel: string;
  readonly capabilities: readonly string[];
}

/** @throws LumosError `missing-dependency` where there is no profile */
export async function readSeccompProfile(paths: readonly string[] = profilePaths): Promise<SeccompProfile> {
  for (const path of paths) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text !== undefined) return ProfileSchema.parse(JSON.parse(text));
  }
  throw missingDependency(
    `there is no default system call filter here (${paths.join(', ')})`,
    'lumos setup podman brings it; or take seccomp: unconfined',
  );
}

/** The profile for a machine, in the words of the OCI runtime specification. */
export function resolveSeccomp(profile: SeccompProfile, machine: Machine): object {
  const mapped = profile.archMap.find((one) => one.architecture === machine.seccompArchitecture);
  const holds = (rule: SeccompProfile['syscalls'][number]): boolean =>
    includesHold(rule.includes ?? {}, machine) && !excludesHold(rule.excludes ?? {}, machine);
  return {
    defaultAction: profile.defaultAction,
    ...(profile.defaultErrnoRet === undefined ? {} : { defaultErrnoRet: profile.defaultErrnoRet }),
    ...(mapped === undefined
      ? {}
      : { architectures: [mapped.architecture, ...(mapped.subArchitectures ?? [])] }),
    syscalls: profile.syscalls.filter(holds).map(({ names, action, args, errnoRet }) => ({
      names,
      action,
      ...(args === null || args === undefined || args.length === 0 ? {} : { args }),
      ...(errnoRet === undefined ? {} : { errnoRet }),
    })),
  };
}

const includesHold = ({ caps, arches, minKernel }: Conditions, machine: Machine): boolean =>
  (caps ?? []).every((cap) => machine.capabilities.includes(cap)) &&
  (arches === undefined || arches.length === 0 || arches.includes(machine.architecture)) &&
  (minKernel === undefined || minKernel === '' || isAtLeast(machine.kernel, minKernel));

const excludesHold = ({ caps, arches, minKernel }: Conditions, machine: Machine): boolean =>
  (caps ?? []).some((cap) => machine.capabilities.includes(cap)) ||
  (arches ?? []).includes(machine.architecture) ||
  (minKernel !== undefined && minKernel !== '' && isAtLeast(machine.kernel, minKernel));

function isAtLeast(kernel: string, least: string): boolean {
  const [major = 0, minor = 0] = kernel.split(/[.-]/).map(Number);
  const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}
