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

/**
 * For a function that never answers. Long enough that the slowest engine has started it, so that it is the function that
 * is ended.
 */
export const hangLimitMs: Milliseconds = milliseconds(4000);
