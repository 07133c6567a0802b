/** The artefact's telemetry: `epoch.ns,node,value,metric,container`, a line about every half second. */
import { decimalOf } from '../../domain/strict-number.js';
import type { Milliseconds } from '../../domain/units.js';
import { textLines, type TextEnd } from '../../files/text-source.js';
import { parseEpochTime } from './epoch-time.js';

export interface Sample {
  readonly at: Milliseconds;
  readonly value: number;
}

/** What the telemetry says of one container, in the order of time. */
export interface ContainerSeries {
  /** Where it ran, as its first line says. */
  readonly node: string;
  readonly samples: Sample[];
}

export interface TelemetryFile {
  readonly containers: ReadonlyMap<string, ContainerSeries>;
  /** From the first to the last line, whatever it is of; undefined for a file without one. */
  readonly covers: readonly [Milliseconds, Milliseconds] | undefined;
  /** Lines that are none. */
  readonly unreadable: number;
}

interface TelemetryLine extends Sample {
  readonly node: string;
  readonly container: string;
}

function parseLine(line: string): TelemetryLine | undefined {
  const [time = '', node = '', text = '', , container = ''] = line.split(',');
  const at = parseEpochTime(time);
  const value = decimalOf(text);
  // A counter neither falls below 0 nor counts further than whole numbers go.
  if (at === undefined || value === undefined || value < 0 || value > Number.MAX_SAFE_INTEGER)
    return undefined;
  return { at, value, node, container: container.trim() };
}

/** Reads a file of any size line by line; keeps the containers of `wanted` only. */
export async function readTelemetry(path: string, wanted: ReadonlySet<string>): Promise<TelemetryFile> {
  const containers = new Map<string, ContainerSeries>();
  let covers: [Milliseconds, Milliseconds] | undefined;
  let unreadable = 0;
  const take = ({ at, value, node, container }: TelemetryLine): void => {
    covers ??= [at, at];
    if (at < covers[0]) covers[0] = at;
    if (at > covers[1]) covers[1] = at;
    if (!wanted.has(container)) return;
    const series = containers.get(container);
    if (series === undefined) containers.set(container, { node, samples: [{ at, value }] });
    else series.samples.push({ at, value });
  };
  const end: TextEnd = { isCut: false };
  for await (const { lines } of textLines(path, end))
    for (const text of lines) {
      if (text.trim() === '') continue;
      const line = parseLine(text);
      if (line === undefined) unreadable += 1;
      else take(line);
    }
  if (end.isCut) unreadable += 1;
  for (const { samples } of containers.values()) samples.sort((a, b) => a.at - b.at);
  return { containers, covers, unreadable };
}
