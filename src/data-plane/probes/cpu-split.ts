/** CPU time told apart into user and system mode, where the kernel's counter can tell. */
import { milliseconds, type Milliseconds } from '../../domain/units.js';

/**
 * The kernel measures the total exactly but samples the mode at its timer's ticks (1 to 10 ms). Under this much CPU
 * time (10 ticks of the slowest timer) the sampled share says nothing, most often a flat 0.
 */
const leastCpu = milliseconds(100);

export interface CpuSplit {
  readonly cpuUserMs?: Milliseconds;
  readonly cpuSystemMs?: Milliseconds;
}

/** `total` divided in the proportion of the sampled modes; nothing where the samples are too few to say. */
export function splitCpu(
  total: Milliseconds | undefined,
  user: Milliseconds | undefined,
  system: Milliseconds | undefined,
): CpuSplit {
  if (total === undefined || user === undefined || system === undefined) return {};
  const sampled = user + system;
  if (total < leastCpu || sampled < leastCpu) return {};
  return {
    cpuUserMs: milliseconds((total * user) / sampled),
    cpuSystemMs: milliseconds((total * system) / sampled),
  };
}
