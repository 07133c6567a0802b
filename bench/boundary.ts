/** What crossing the boundary costs: `echo` of 1 MiB on `native` against a C program's pipes; the SDK alone. */
import { join } from 'node:path';
import { findToolchain } from '../src/control-plane/build/rust-toolchain.js';
import { findOnPath } from '../src/control-plane/process/find-on-path.js';
import { runCommand } from '../src/control-plane/process/run-command.js';
import { missingDependency } from '../src/domain/errors.js';
import { milliseconds } from '../src/domain/units.js';
import { medianOf, type Part } from './figures.js';
import { withOwnPath } from './own-path.js';
import { repositoryRoot, withScratchFolder } from './repository.js';

const size = 1024 * 1024;
const rounds = 10;
const perRound = 50;
const limit = milliseconds(300_000);

/** Numbers of a program's output, one a line. */
const numbersIn = (text: string): number[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);

async function compilePingPong(folder: string): Promise<string> {
  const compiler = await findOnPath('cc');
  if (compiler === undefined)
    throw missingDependency('there is no C compiler (cc)', 'apt-get install gcc libc6-dev');
  const program = join(folder, 'ping-pong');
  await runCommand(compiler, ['-O2', '-o', program, join(repositoryRoot, 'bench', 'ping-pong.c')]);
  return program;
}

/** Nanoseconds an invocation of the SDK's loop from memory to memory. */
async function sdkNanoseconds(): Promise<number[]> {
  const { cargo } = await findToolchain(repositoryRoot, process.env);
  const args = [
    'run',
    '--release',
    '--quiet',
    '--locked',
    '--package',
    'lumos-function',
    '--example',
    'overhead',
  ];
  return numbersIn((await runCommand(cargo, args, { cwd: repositoryRoot, timeout: limit })).stdout);
}

export const boundary: Part = {
  name: 'boundary',
  about: "native, echo of 1 MiB, against a C program's pipe ping-pong; the SDK's own cost of an invocation",
  measure: (say) =>
    withScratchFolder((scratch) =>
      withOwnPath(
        'native',
        async (own) => {
          const program = await compilePingPong(scratch);
          const [ours, theirs]: [number[], number[]] = [[], []];
          for (let round = 0; round < rounds; round += 1) {
            say(`round ${round + 1} of ${rounds}`);
            ours.push(...(await own.warm(perRound)));
            const printed = await runCommand(program, [String(size), String(perRound + 10)], {
              timeout: limit,
            });
            theirs.push(
              ...numbersIn(printed.stdout)
                .slice(10)
                .map((nanoseconds) => nanoseconds / 1e6),
            );
          }
          const sdk = await sdkNanoseconds();
          const yardstick = medianOf(theirs);
          return {
            part: 'boundary',
            notes: [
              'rounds of both take turns; the C program moves 1 MiB each way through pipes as they are made.',
            ],
            figures: [
              { what: 'C ping-pong of 1 MiB, p50', value: yardstick, unit: 'ms', n: theirs.length },
              {
                what: 'echo of 1 MiB on native, warm, p50',
                value: medianOf(ours),
                unit: 'ms',
                n: ours.length,
                target: { atMost: 3 * yardstick, because: "3 x the C program's in the same run" },
              },
              {
                what: "the SDK's own cost of an invocation",
                value: medianOf(sdk) / 1000,
                unit: 'us',
                n: sdk.length,
                target: { atMost: 5, because: '5 us' },
              },
            ],
          };
        },
        { name: 'echo', payload: '1024' },
      ),
    ),
};
