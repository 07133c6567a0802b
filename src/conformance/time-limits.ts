/** How long an invocation may take before it is given up: no measure of speed, only an end. */
import type { RuntimeClass } from '../domain/factors.js';
import { milliseconds, type Milliseconds } from '../domain/units.js';

const minuteMs = 60_000;

/** An interpreter takes up to a hundred times what machine code takes, on payloads of 16 MiB too. */
const limits: Readonly<Record<RuntimeClass, Milliseconds>> = {
  process: milliseconds(minuteMs),
  container: milliseconds(minuteMs),
  'wasm-aot': milliseconds(minuteMs),
  'wasm-jit': milliseconds(2 * minuteMs),
  'wasm-interpreted': milliseconds(5 * minuteMs),
};

export const timeLimitOf = (kind: RuntimeClass): Milliseconds => limits[kind];

/** No start is shorter than this on a machine that does other work besides. */
const shortestHangMs = 1500;

/**
 * For a function that never answers: several times what the runtime took a moment ago from its start to an answer, so that it
 * is the function that is ended and not its start.
 */
export const hangLimitAfter = (latency: Milliseconds): Milliseconds =>
  milliseconds(Math.max(shortestHangMs, 5 * latency));
