/** What the load generator itself cost, and whether the machine was left to it. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { readCpuTicks, stealShare } from '../../data-plane/host/fingerprint.js';
import type { Clock } from '../../domain/clock.js';
import { milliseconds, type Milliseconds } from '../../domain/units.js';

/** A figure that could not be measured is absent. Shares are of 1; the generator's CPU is a share of one core. */
export interface GeneratorFigures {
  readonly cpuShare?: number;
  readonly eventLoopDelayP99Ms?: Milliseconds;
  readonly stealShare?: number;
}

export interface GeneratorProbe {
  begin(): void;
  end(): GeneratorFigures;
}

/** Node records the time from one tick of its timer to the next: the tick's own length is in every value. */
const resolution = 10;

/** Of this process and this machine. */
export function createGeneratorProbe(clock: Clock): GeneratorProbe {
  const delay = monitorEventLoopDelay({ resolution });
  let startedAt = clock.now();
  let cpu = process.cpuUsage();
  let ticks = readCpuTicks();
  return {
    begin: () => {
      delay.reset();
      delay.enable();
      startedAt = clock.now();
      cpu = process.cpuUsage();
      ticks = readCpuTicks();
    },
    end: () => {
      delay.disable();
      const passed = clock.now() - startedAt;
      const { user, system } = process.cpuUsage(cpu);
      const steal = stealShare(ticks, readCpuTicks());
      return {
        ...(passed > 0 ? { cpuShare: (user + system) / 1000 / passed } : {}),
        ...(delay.count > 0
          ? { eventLoopDelayP99Ms: milliseconds(Math.max(0, delay.percentile(99) / 1e6 - resolution)) }
          : {}),
        ...(steal === undefined ? {} : { stealShare: steal }),
      };
    },
  };
}
