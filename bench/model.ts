/** A model of a thousand cells, from cells in memory to a calibrated file. */
import { fitModel } from '../src/model/fit/fit-model.js';
import { cellOf, functions, runsOf, runtimes } from '../test/unit/model/synthetic-cells.js';
import { medianOf, type Part } from './figures.js';

const repeats = 3;

/** 9 functions, twice, at 7 sizes on 4 runtimes, cold and warm: 1 008 cells. */
function thousandCells(): ReturnType<typeof cellOf>[] {
  const sizes = [512, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576];
  const all = ['', ' again'].flatMap((suffix) =>
    functions.map((work) => ({ ...work, name: `${work.name}${suffix}` })),
  );
  return all.flatMap((work) =>
    runtimes.flatMap((runtime) =>
      sizes.flatMap((size) => (['cold', 'warm'] as const).map((start) => cellOf(work, runtime, size, start))),
    ),
  );
}

export const model: Part = {
  name: 'model',
  about: 'fitting the performance model to 1 008 cells, calibration included',
  measure: (say) => {
    const runs = runsOf(thousandCells());
    const seconds: number[] = [];
    for (let i = 0; i < repeats; i += 1) {
      say(`fit ${i + 1} of ${repeats}`);
      const began = process.hrtime.bigint();
      fitModel(runs, 'bench');
      seconds.push(Number(process.hrtime.bigint() - began) / 1e9);
    }
    return Promise.resolve({
      part: 'model',
      notes: [
        `${runs.cells.length} cells of a known law with noise; intervals of coefficients and four ways of leaving out are part of it.`,
      ],
      figures: [
        {
          what: 'fit of 1 008 cells, median',
          value: medianOf(seconds),
          unit: 's',
          n: repeats,
          target: { atMost: 10, because: 'at most 10 s' },
        },
      ],
    });
  },
};
