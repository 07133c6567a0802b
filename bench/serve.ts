/** `wasmtime-serve` fresh against wrk with one connection on a server of the same command line. */
import { medianOf, type Part } from './figures.js';
import { withOwnPath } from './own-path.js';
import { withScratchFolder } from './repository.js';
import { findWrk } from './wrk.js';

const rounds = 10;
const perRound = 500;
const secondsPerRound = 1;

export const serve: Part = {
  name: 'serve',
  about: 'wasmtime-serve, hello-world, 64 B: fresh against wrk -c1 on the same server and component',
  measure: (say) =>
    withScratchFolder((scratch) =>
      withOwnPath('wasmtime-serve', async (own) => {
        const wrk = await findWrk(scratch);
        const ours: number[] = [];
        const theirs: number[] = [];
        let requests = 0;
        const turns = [
          async () => void ours.push(...(await own.fresh(perRound))),
          async () => {
            const round = await own.atPort((port) => wrk.measure(port, own.input, secondsPerRound));
            theirs.push(round.p50);
            requests += round.requests;
          },
        ];
        await own.fresh(perRound); // code that has not run yet is slower than code that has
        for (let round = 0; round < rounds; round += 1) {
          say(`round ${round + 1} of ${rounds}`);
          for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
        }
        const [lumos, yardstick] = [medianOf(ours), medianOf(theirs)];
        return {
          part: 'serve',
          notes: [
            `every request meets a new instance; both keep one connection and send the same 64 bytes by POST; wrk's p50 is the ` +
              `median of its ${rounds} rounds' own.`,
          ],
          figures: [
            { what: 'wrk -t1 -c1, p50', value: yardstick, unit: 'ms', n: requests },
            { what: 'Lumos wasmtime-serve fresh, p50', value: lumos, unit: 'ms', n: ours.length },
            {
              what: 'Lumos / wrk',
              value: lumos / yardstick,
              unit: 'times',
              n: ours.length,
              target: { atMost: 1.2, because: '1.2 times' },
            },
          ],
        };
      }),
    ),
};
