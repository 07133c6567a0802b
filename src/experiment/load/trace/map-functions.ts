/** Which function of ours serves for which of a trace. */
import type { Bytes, Milliseconds } from '../../../domain/units.js';
import type { FunctionProfile } from '../../../user-plane/traces/describe-trace.js';

/** A function and payload that can serve, and how long one invocation of it takes, warm. */
export interface StandInCandidate {
  readonly function: string;
  readonly payload: string;
  readonly durationMs: Milliseconds;
  readonly memoryBytes?: Bytes;
}

/**
 * The place in `candidates` for each of the trace's functions: the one at the least distance, the first of several. The
 * distance is Euclidean over two logarithms. Durations count as they are: a factor of 2 is as far above as below. Memory
 * counts relative to the middle of its own side (its geometric mean), since a sandbox here has a small part of what the
 * trace's platform gives a worker, whatever runs in it; it counts where trace and candidates all have it. Functions
 * of which the trace gives no duration are dealt to the candidates in turn, those with most invocations first: nothing
 * tells them apart. @param candidates at least one
 */
export function mapFunctions(
  functions: readonly FunctionProfile[],
  candidates: readonly StandInCandidate[],
): number[] {
  const memory = relativeMemory(functions, candidates);
  const dealt = dealInTurn(functions, candidates.length);
  return functions.map((one, index) => {
    const { typicalDurationMs } = one;
    if (typicalDurationMs === undefined) return dealt.get(one) ?? 0;
    let nearest = { place: 0, distance: Infinity };
    for (const [place, { durationMs }] of candidates.entries()) {
      const distance = Math.hypot(
        Math.log(typicalDurationMs / durationMs),
        memory === undefined ? 0 : (memory.functions[index] ?? 0) - (memory.candidates[place] ?? 0),
      );
      if (distance < nearest.distance) nearest = { place, distance };
    }
    return nearest.place;
  });
}

/** Logarithms of memory less their mean; undefined where any is not known. */
function relativeMemory(
  functions: readonly FunctionProfile[],
  candidates: readonly StandInCandidate[],
): { functions: number[]; candidates: number[] } | undefined {
  const centred = (values: readonly (Bytes | undefined)[]): number[] | undefined => {
    const logs = values.flatMap((value) => (value === undefined || value === 0 ? [] : [Math.log(value)]));
    if (logs.length < values.length) return undefined;
    const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
    return logs.map((log) => log - mean);
  };
  const theirs = centred(functions.map(({ meanMemoryBytes }) => meanMemoryBytes));
  const ours = centred(candidates.map(({ memoryBytes }) => memoryBytes));
  return theirs === undefined || ours === undefined ? undefined : { functions: theirs, candidates: ours };
}

function dealInTurn(
  functions: readonly FunctionProfile[],
  count: number,
): ReadonlyMap<FunctionProfile, number> {
  const unknown = functions
    .filter(({ typicalDurationMs }) => typicalDurationMs === undefined)
    .sort((a, b) => b.invocations - a.invocations || (a.name < b.name ? -1 : 1));
  return new Map(unknown.map((one, index) => [one, index % count]));
}
