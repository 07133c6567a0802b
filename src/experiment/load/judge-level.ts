/** Whether a level measured the target, or its own generator. */
import type { LevelResult } from './level.js';

export interface Judgement {
  readonly valid: boolean;
  /** One sentence for each thing that was wrong. */
  readonly why: readonly string[];
}

/**
 * Above these a level is invalid. CPU is of one core: the generator has one thread. Its sends may be behind schedule by 2 ms,
 * or by a twentieth of what is measured where that is more: what they are behind is in the latency.
 */
export const bottleneck = {
  ...{ cpuShare: 0.9, lagP99Ms: 2, lagShareOfP99: 0.05, eventLoopDelayP99Ms: 10, stealShare: 0.05 },
};

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/**
 * Says why the figures of a level are not the target's, where they are not. A figure that is absent says nothing.
 * @param hasDue false of a schedule that had no request for the time measured
 */
export function judgeLevel(
  { generator, lag, latency, sent }: Pick<LevelResult, 'generator' | 'lag' | 'latency' | 'sent'>,
  hasDue = true,
): Judgement {
  const why: string[] = [];
  const { cpuShare = 0, eventLoopDelayP99Ms = 0, stealShare = 0 } = generator;
  const behind = lag.quantile(0.99) ?? 0;
  const tolerable = Math.max(bottleneck.lagP99Ms, bottleneck.lagShareOfP99 * (latency.quantile(0.99) ?? 0));
  if (sent === 0)
    why.push(
      hasDue
        ? 'nothing was sent in the time measured: a level has to last longer than a response takes'
        : 'nothing was due in the time measured: a level has to last several times 1/rate',
    );
  if (cpuShare > bottleneck.cpuShare)
    why.push(`the generator was the bottleneck: it used ${percent(cpuShare)} of a core`);
  if (behind > tolerable)
    why.push(
      `the generator was the bottleneck: its sends were ${behind.toFixed(1)} ms behind schedule (p99)`,
    );
  if (eventLoopDelayP99Ms > bottleneck.eventLoopDelayP99Ms)
    why.push(
      `the generator was the bottleneck: its event loop was held up ${eventLoopDelayP99Ms.toFixed(1)} ms (p99)`,
    );
  if (stealShare > bottleneck.stealShare)
    why.push(`the machine's neighbours took ${percent(stealShare)} of its CPU time`);
  return { valid: why.length === 0, why };
}
