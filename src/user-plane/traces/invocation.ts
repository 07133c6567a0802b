import type { TraceInvocation } from '../../domain/trace.js';
import { bytes, milliseconds } from '../../domain/units.js';

/** What is NaN is absent. @param at milliseconds @param duration milliseconds @param memory bytes */
export function invocationOf(at: number, name: string, duration: number, memory: number): TraceInvocation {
  const atMs = milliseconds(at);
  if (Number.isNaN(duration))
    return Number.isNaN(memory)
      ? { atMs, function: name }
      : { atMs, function: name, memoryBytes: bytes(memory) };
  const durationMs = milliseconds(duration);
  return Number.isNaN(memory)
    ? { atMs, function: name, durationMs }
    : { atMs, function: name, durationMs, memoryBytes: bytes(memory) };
}
