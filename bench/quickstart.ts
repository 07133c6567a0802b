/** `./quickstart` on a machine where it has run before. */
import { join } from 'node:path';
import { runCommand } from '../src/control-plane/process/run-command.js';
import { LumosError } from '../src/domain/errors.js';
import type { Figure, Part } from './figures.js';
import { repositoryRoot, withScratchFolder } from './repository.js';

export const quickstart: Part = {
  name: 'quickstart',
  about: './quickstart a second time, step by step',
  measure: (say) =>
    withScratchFolder(async (scratch) => {
      const steps = new StepTimes();
      const { took } = await runCommand(join(repositoryRoot, 'quickstart'), ['--out', join(scratch, 'run')], {
        onOutput: (line) => {
          if (steps.take(line)) say(line.trim());
        },
      });
      if (steps.figures.length === 0) throw new LumosError('failed', './quickstart named none of its steps');
      return {
        part: 'quickstart',
        notes: ['Steps are in whole seconds, as ./quickstart says them.'],
        figures: [
          ...steps.figures,
          {
            what: 'whole',
            value: took / 1000,
            unit: 's',
            n: 1,
            target: { atMost: 180, because: '3 minutes' },
          },
        ],
      };
    }),
};

/** Reads the titles and times of the steps from what `step` of scripts/bootstrap.sh says. */
class StepTimes {
  readonly figures: Figure[] = [];
  private title: string | undefined;

  /** Whether `line` was one of a step's. */
  take(line: string): boolean {
    // The reason may stand on the same line, behind four spaces.
    const title = /^ ?== (.+?)(?: {4}.*)?$/.exec(line)?.[1];
    if (title !== undefined) this.title = title;
    const seconds = /^ {3}done in (\d+) s$/.exec(line)?.[1];
    if (seconds !== undefined && this.title !== undefined) {
      this.figures.push({ what: `step: ${this.title}`, value: Number(seconds), unit: 's', n: 1 });
      this.title = undefined;
      return true;
    }
    return title !== undefined;
  }
}
