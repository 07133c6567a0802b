/** N clients, each of which sends its next request when it has the answer to the one before. */
import { passed, reached } from '../../domain/clock.js';
import { milliseconds } from '../../domain/units.js';
import type { ClosedShape } from '../../user-plane/load/shapes.js';
import { LevelRecorder } from './level-recorder.js';
import type { LevelOptions, LevelResult } from './level.js';
import type { Target } from './target.js';

const defaultPause = milliseconds(10);

/**
 * Runs one level until a stop rule holds and every request in flight has its answer or its time limit. Latency counts
 * from the sending: while the server stalls nobody sends, so a closed loop's quantiles are those of its clients, not of
 * users that come whether or not it stalls. Never rejects for what the target does.
 */
export async function runClosedLoop(
  shape: ClosedShape,
  target: Target,
  options: LevelOptions,
): Promise<LevelResult> {
  const recorder = new LevelRecorder(target, options);
  const pause = (): Promise<void> => passed(options.clock, options.pauseAfterFailureMs ?? defaultPause);
  const client = async (): Promise<void> => {
    while (!recorder.isOver()) {
      const exchange = await recorder.send();
      if (exchange.state === 'failed') await pause();
    }
  };
  // A client that sent before the level's beginning would have its first request in no level.
  await reached(options.clock, recorder.beginsAt);
  await Promise.all(Array.from({ length: shape.clients }, client));
  return recorder.result(0);
}
