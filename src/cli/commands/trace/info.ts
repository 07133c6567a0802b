/** `lumos trace info`: what is in a trace. */
import { invalidInput } from '../../../domain/errors.js';
import type { TraceInvocation } from '../../../domain/trace.js';
import { milliseconds } from '../../../domain/units.js';
import {
  formatCount,
  formatDuration,
  formatShare,
  formatSignificant,
} from '../../../report/format-quantity.js';
import { TraceDescriber, type TraceDescription } from '../../../user-plane/traces/describe-trace.js';
import { readTraceBatches } from '../../../user-plane/traces/read-trace.js';
import { exitCodes, type ExitCode } from '../../exit-codes.js';
import { renderFitted } from '../../fitted-table.js';
import { print, printJson, tableWidth } from '../../output.js';
import { TraceRemarks } from '../../trace-remarks.js';

export interface InfoOptions {
  readonly skipBadRows?: boolean;
  readonly seed: number;
  readonly json?: boolean;
}

export async function traceInfo(file: string, options: InfoOptions): Promise<ExitCode> {
  const remarks = new TraceRemarks();
  const describer = new TraceDescriber();
  const batches = readTraceBatches(file, { ...options, ...remarks.listeners });
  for await (const batch of batches) addAll(describer, batch);
  const description = describer.description();
  if (description.invocations === 0) {
    remarks.note();
    throw invalidInput(`${file} has no invocation`, 'Name a trace that has rows below its first line.');
  }
  const { format = '', originSeconds } = remarks;
  if (options.json === true)
    printJson({
      ...{ file, format, ...remarks.inJson },
      ...(originSeconds === undefined ? {} : { originSeconds }),
      ...description,
    });
  else {
    remarks.note();
    print(`${file}: ${format}\n`);
    print(renderFitted(['', ''], linesOf(description, originSeconds), tableWidth()));
    print(
      `\n${renderFitted(['busiest functions', 'invocations', 'share', 'mean duration'], busiestOf(description), tableWidth())}`,
    );
  }
  return exitCodes.done;
}

function addAll(describer: TraceDescriber, batch: readonly TraceInvocation[]): void {
  for (const one of batch) describer.add(one);
}

const number = (value: number | undefined): string =>
  value === undefined ? 'unknown' : formatSignificant(value);
const time = (ms: number): string => formatDuration(milliseconds(ms));

function linesOf(trace: TraceDescription, originSeconds: number | undefined): string[][] {
  const { perMinute, interArrival, dispersion, durationMs, memoryMiB } = trace;
  return [
    ['functions', formatCount(trace.functions)],
    ['invocations', formatCount(trace.invocations)],
    ['from, to', `${number(trace.firstSeconds)} s, ${number(trace.lastSeconds)} s`],
    ...(originSeconds === undefined || originSeconds === 0
      ? []
      : [['time 0', `the first arrival: ${number(originSeconds)} s on the clock of the file`]]),
    ['rate', `${number(trace.ratePerSecond)}/s`],
    ...(perMinute === undefined
      ? []
      : [
          [
            'a minute',
            `mean ${number(perMinute.mean)}, median ${formatCount(perMinute.p50)}, peak ${formatCount(perMinute.peak)} (minute ${formatCount(perMinute.peakMinute)})`,
          ],
        ]),
    ...(interArrival === undefined
      ? []
      : [
          [
            'between arrivals',
            `mean ${time(interArrival.meanMs)}, CV ${number(interArrival.cv)} (1: Poisson)`,
          ],
        ]),
    ...(dispersion === undefined
      ? []
      : [
          [
            'dispersion of counts',
            `${number(dispersion.second)} in 1 s, ${number(dispersion.minute)} in 1 min (1: Poisson)`,
          ],
        ]),
    ...(durationMs === undefined
      ? [['durations', 'unknown']]
      : [
          [
            'durations',
            `p50 ${time(durationMs.p50)}, p90 ${time(durationMs.p90)}, p99 ${time(durationMs.p99)}, max ${time(durationMs.max)}`,
          ],
        ]),
    ...(memoryMiB === undefined
      ? [['memory', 'unknown']]
      : [
          [
            'memory',
            `p50 ${number(memoryMiB.p50)} MiB, p90 ${number(memoryMiB.p90)} MiB, p99 ${number(memoryMiB.p99)} MiB, max ${number(memoryMiB.max)} MiB`,
          ],
        ]),
  ];
}

const busiestOf = ({ busiest }: TraceDescription): string[][] =>
  busiest.map(({ name, invocations, share, meanDurationMs }) => [
    // Hashes are known by their beginnings.
    name.length > 40 ? `${name.slice(0, 39)}…` : name,
    formatCount(invocations),
    formatShare(share),
    meanDurationMs === undefined ? '' : formatDuration(meanDurationMs),
  ]);
