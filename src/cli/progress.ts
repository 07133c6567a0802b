/** What a run tells, shown: a live bar at a terminal, a line now and then elsewhere. */
import { Presets, SingleBar } from 'cli-progress';
import { cellKey } from '../domain/factors.js';
import type { RunEvent } from '../experiment/run-events.js';
import { escapeControls } from '../domain/terminal-text.js';
import { dim, isInteractive, liveDisplay, note, warning } from './output.js';

const linesEveryMs = 10_000;
const drawEveryMs = 250;

/** Shows a run's events on standard error. The display has its turn only between timed windows. */
export class RunProgress {
  private bar: SingleBar | undefined;
  private startedAt = performance.now();
  private doneBefore = 0;
  private lastShownAt = 0;
  private current = '';
  private unit = 'trials';
  private failures = 0;
  private readonly complained = new Set<string>();

  handle(event: RunEvent): void {
    switch (event.type) {
      case 'step':
        this.say(dim(`  ${event.text}`));
        break;
      case 'cleaned':
        for (const removed of event.removed)
          this.say(`  removed what the earlier run left behind: ${removed}`);
        break;
      case 'floor':
        this.say(
          `  harness floor: cold ${event.floor.coldP50Ms.toFixed(2)} ms, warm ${event.floor.warmP50Ms.toFixed(3)} ms ` +
            '(native, hello-world, 64 B)',
        );
        break;
      case 'started':
        this.unit = event.unit ?? 'trials';
        this.start(event.trials, event.alreadyDone);
        break;
      case 'trial':
        this.current = escapeControls(
          `${event.cell.function} ${event.cell.payload} ${event.cell.start} on ${event.cell.runtime}`,
        );
        break;
      case 'row':
        this.complain(event);
        break;
      case 'trial-done':
        this.advance(event.done, event.trials);
        break;
    }
  }

  stop(): void {
    if (this.bar === undefined) return;
    this.bar.stop();
    this.bar = undefined;
    liveDisplay.end();
  }

  private start(trials: number, alreadyDone: number): void {
    this.startedAt = performance.now();
    this.doneBefore = alreadyDone;
    if (alreadyDone > 0) this.say(`  ${alreadyDone} of ${trials} ${this.unit} are there already`);
    if (!isInteractive()) {
      this.say(`  ${trials - alreadyDone} ${this.unit} to run`);
      return;
    }
    this.bar = new SingleBar(
      {
        format: `  {bar} {value}/{total} ${this.unit}{left}{failures}{current}`,
        // The bar's own timer would fire inside timed windows: it is set to an hour, and `advance` draws.
        fps: 1 / 3600,
        clearOnComplete: true,
        hideCursor: true,
        gracefulExit: false,
        stream: process.stderr,
      },
      Presets.shades_classic,
    );
    liveDisplay.begin();
    this.bar.start(trials, alreadyDone, { left: '', current: '', failures: '' });
  }

  private advance(done: number, trials: number): void {
    const elapsed = performance.now() - this.startedAt;
    const seconds = ((elapsed / Math.max(1, done - this.doneBefore)) * (trials - done)) / 1000;
    const left = `about ${seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`} left`;
    const failed = this.failures === 0 ? [] : [`${this.failures} failed`];
    const shown = { left: ` | ${left}`, current: ` | ${this.current}` };
    this.bar?.update(done, { ...shown, failures: failed.map((text) => ` | ${text}`).join('') });
    if (performance.now() - this.lastShownAt < (this.bar === undefined ? linesEveryMs : drawEveryMs)) return;
    this.lastShownAt = performance.now();
    if (this.bar !== undefined) {
      this.bar.render();
      return;
    }
    this.say([`  ${done}/${trials} ${this.unit}`, left, ...failed, `last: ${this.current}`].join(', '));
  }

  /** Says the first failure of each kind in a cell; the summary counts them all. */
  private complain(event: Extract<RunEvent, { type: 'row' }>): void {
    if (event.outcome === 'ok') return;
    this.failures += 1;
    const kind = `${cellKey(event.cell)} ${event.outcome}`;
    if (this.complained.has(kind)) return;
    this.complained.add(kind);
    this.say(warning(`  ${event.outcome}: ${this.current}: ${event.reason ?? ''}`));
  }

  private say(text: string): void {
    note(text);
  }
}
