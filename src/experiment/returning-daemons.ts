/** A daemon that is restarted in the middle of a run costs the trials in flight, and no others: it is waited for. */
import { messageOf } from '../domain/errors.js';
import type { Runtime } from '../domain/runtime.js';
import { milliseconds } from '../domain/units.js';
import type { OnEvent } from './run-events.js';

/** A daemon's restart takes seconds. */
const limitMs = milliseconds(30_000);

/** Waits after a failed trial of a runtime until its daemon answers. One that did not come back is waited for once. */
export class ReturningDaemons {
  private readonly gone = new Set<string>();

  constructor(private readonly onEvent: OnEvent) {}

  async afterTrial(runtime: Runtime, failed: boolean): Promise<void> {
    if (!failed) {
      this.gone.delete(runtime.id);
      return;
    }
    if (this.gone.has(runtime.id)) return;
    try {
      await runtime.awaitDaemon?.(limitMs);
    } catch (error) {
      this.gone.add(runtime.id);
      this.onEvent({
        type: 'step',
        text: `${runtime.id}: its daemon does not come back: ${messageOf(error)}`,
      });
    }
  }
}
