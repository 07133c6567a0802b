/** Lumos's cold starts and hyperfine's runs of the same command, in turns: whatever drifts meets both alike. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findHyperfine, type Hyperfine } from './hyperfine.js';
import type { OwnPath } from './own-path.js';

const rounds = 10;
const perRound = 20;

export interface Interleaved {
  readonly cold: readonly number[];
  readonly hyperfine: readonly number[];
  /** What was compared with what. */
  readonly note: string;
}

/** Cold starts on `own` against `command` under hyperfine; every other round the one goes first, then the other. */
export async function interleave(
  own: OwnPath,
  command: readonly string[],
  scratch: string,
  say: (line: string) => void,
): Promise<Interleaved> {
  const hyperfine = await findHyperfine(scratch);
  const frameFile = join(scratch, 'invoke.frame');
  writeFileSync(frameFile, own.frame);
  await own.cold(perRound); // code that has not run yet is slower than code that has
  const cold: number[] = [];
  const theirs: number[] = [];
  const turns = [
    async () => void cold.push(...(await own.cold(perRound))),
    async () => void theirs.push(...(await hyperfine.times(command, perRound, frameFile))),
  ];
  for (let round = 0; round < rounds; round += 1) {
    say(`round ${round + 1} of ${rounds}`);
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
  }
  return { cold, hyperfine: theirs, note: noteOn(hyperfine) };
}

const noteOn = ({ version, takesInput }: Hyperfine): string => {
  const work = takesInput
    ? 'the command reads one invoke frame (--input), answers it, meets the end of its input and exits'
    : 'the command says that it is ready, meets the end of its input and exits without a request to serve, since ' +
      'this hyperfine has no --input';
  return `${version}: ${work}; its time includes the exit, which a latency does not.`;
};
