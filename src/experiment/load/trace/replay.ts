/** The part of a trace that a run replays, in memory: the same arrivals for every runtime. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { invalidInput } from '../../../domain/errors.js';
import { longestSeconds, warmUpOf, type Load } from '../../../domain/load.js';
import type { TraceInvocation } from '../../../domain/trace.js';
import { milliseconds, type Milliseconds } from '../../../domain/units.js';
import { defaultBounds } from '../../../user-plane/load/bounds.js';
import type { BadRow } from '../../../user-plane/traces/bad-rows.js';
import { FunctionProfiles, type FunctionProfile } from '../../../user-plane/traces/describe-trace.js';
import { readTraceBatches } from '../../../user-plane/traces/read-trace.js';

export interface Replay {
  /** The trace's name: its file's, without the folder. */
  readonly file: string;
  /** When each invocation is due, from the first arrival on, ascending; time scale included. */
  readonly offsets: Float64Array;
  /** Of each invocation, its function's place in `functions`. */
  readonly functionOf: Uint16Array;
  /** What the trace says of each function, of the invocations that are replayed. */
  readonly functions: readonly FunctionProfile[];
  /** Invocations after the longest time of a level. */
  readonly leftOut: number;
  readonly badRows: readonly BadRow[];
  readonly badRowCount: number;
  /** What a person should know of how the trace was read. */
  readonly notes: readonly string[];
  readonly digest: string;
}

/** Each of them is a deployment of its own, with its own instances. */
export const mostFunctions = 200;
/** Instances that all of them together may come to. */
export const mostInstances = 2000;
const mostBadRowsKept = 10;

export const lengthOf = ({ offsets }: Replay): Milliseconds => milliseconds(offsets.at(-1) ?? 0);

/**
 * Reads what fits into the time of a level: 10 bytes an invocation. Time 0 is the first arrival.
 * @throws LumosError `invalid-input` for a trace that cannot be read, that is empty, or that is more than a machine
 * should be asked for
 */
export async function readReplay(path: string, load: Load, seed: number): Promise<Replay> {
  const reader = new ReplayReader(load);
  const badRows: BadRow[] = [];
  let badRowCount = 0;
  const onBadRow = (row: BadRow): void => {
    badRowCount += 1;
    if (badRows.length < mostBadRowsKept) badRows.push(row);
  };
  const notes: string[] = [];
  const onNote = (text: string): number => notes.push(text);
  const options = { skipBadRows: load.skipBadRows, onBadRow, onNote, seed };
  for await (const batch of readTraceBatches(path, options)) for (const one of batch) reader.add(one);
  const read = reader.read();
  if (read.offsets.length === 0) throw invalidInput(`${path} has no invocation`);
  const most = read.functions.length * load.instances.max;
  if (most > mostInstances)
    throw invalidInput(
      `${read.functions.length} functions with up to ${load.instances.max} instances each are above the bound of ${mostInstances} instances`,
      'Give load.instances.max, or take fewer functions: lumos trace sample --functions.',
    );
  return { file: basename(path), ...read, badRows, badRowCount, notes };
}

class ReplayReader {
  private offsets = new Float64Array(1 << 12);
  private functionOf = new Uint16Array(1 << 12);
  private count = 0;
  private leftOut = 0;
  private readonly numbers = new Map<string, number>();
  private readonly profiles = new FunctionProfiles();
  private readonly end: number;
  private readonly scale: number;

  constructor(load: Load) {
    this.end = (warmUpOf(load) + longestSeconds(load)) * 1000;
    this.scale = load.timeScale;
  }

  add(invocation: TraceInvocation): void {
    const offset = invocation.atMs * this.scale;
    if (offset >= this.end) {
      this.leftOut += 1;
      return;
    }
    if (this.count === this.offsets.length) this.grow();
    this.offsets[this.count] = offset;
    this.functionOf[this.count] = this.numberOf(invocation.function);
    this.count += 1;
    this.profiles.add(invocation);
  }

  read(): Pick<Replay, 'offsets' | 'functionOf' | 'functions' | 'leftOut' | 'digest'> {
    const offsets = this.offsets.slice(0, this.count);
    const functionOf = this.functionOf.slice(0, this.count);
    const functions = this.profiles.profiles();
    const digest = createHash('sha256')
      .update(JSON.stringify(functions.map(({ name }) => name)))
      .update(offsets)
      .update(functionOf)
      .digest('hex');
    return { offsets, functionOf, functions, leftOut: this.leftOut, digest: `sha256:${digest}` };
  }

  private numberOf(name: string): number {
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    const number = this.numbers.size;
    if (number === mostFunctions)
      throw invalidInput(
        `the trace has more than ${mostFunctions} functions in the time that is replayed`,
        'Take fewer: lumos trace sample --functions.',
      );
    this.numbers.set(name, number);
    return number;
  }

  private grow(): void {
    if (this.count >= defaultBounds.count)
      throw invalidInput(
        `the trace has more than ${defaultBounds.count} invocations in the time that is replayed`,
        'Take fewer: lumos trace sample --rate.',
      );
    const offsets = new Float64Array(2 * this.offsets.length);
    const functionOf = new Uint16Array(2 * this.functionOf.length);
    offsets.set(this.offsets);
    functionOf.set(this.functionOf);
    this.offsets = offsets;
    this.functionOf = functionOf;
  }
}
