/** Garbage of this process, collected at moments when nothing is due. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Without options it collects everything: with any others V8 may take only what is young. */
type Collect = (options?: { readonly type: 'minor' }) => void;
let known: { readonly collect: Collect | undefined } | undefined;

function collector(): Collect | undefined {
  known ??= { collect: findCollector() };
  return known.collect;
}

/**
 * Collects what was made lately. V8 does so when 16 MB have come together, which stops a load for up to 9 ms where it has one
 * CPU, and at any moment; a little at a time takes a fraction of that.
 */
export const collectYoungGarbage = (): void => collector()?.({ type: 'minor' });

/** Collects everything, which takes 40 ms of a small machine. */
export const collectAllGarbage = (): void => collector()?.();

/** How far the heap may grow over what was in use at its last whole collection, in percent of that. */
const growth = 700;

/**
 * Runs something that must not be stopped, after one whole collection, with so much room that no other is due for long. Left to
 * itself V8 marks and compacts the heap of a process that does little with each megabyte that stays, and to give memory back
 * (which begins with incremental marking), in steps of 20 ms: on one CPU with a load, half of the requests' tail.
 */
export async function withRoomInHeap<T>(run: () => Promise<T>): Promise<T> {
  setFlagsFromString('--no-incremental-marking');
  setFlagsFromString(`--heap-growing-percent=${growth}`);
  collectAllGarbage();
  try {
    return await run();
  } finally {
    setFlagsFromString('--heap-growing-percent=0');
    setFlagsFromString('--incremental-marking');
  }
}

function findCollector(): Collect | undefined {
  // Contexts made after the flag is set have `gc`.
  setFlagsFromString('--expose-gc');
  const found: unknown = runInNewContext('gc');
  return typeof found === 'function' ? (found as Collect) : undefined;
}
