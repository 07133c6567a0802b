/** What the artefact's files show of how it was measured, beyond the rows that are made of them. */
import type { LatencySum } from '../../domain/latency-sum.js';
import type { ConcernedCells, ValidityFinding } from '../../domain/validity.js';
import type { ArmFiles } from './arm-files.js';
import type { RequestBlocks } from './request-blocks.js';
import { secondsApart } from './throughput.js';
import { modes, type Arm } from './tree.js';

const cellsOf = (arm: Arm): ConcernedCells => ({
  function: arm.function,
  runtime: modes[arm.mode].runtime,
  start: arm.start,
});

const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

const reimport = 'Look whether the artefact has it elsewhere, put it in place and import again.';

interface Mention {
  readonly cells: ConcernedCells;
  readonly text: string;
}

/** Gathers arm by arm; each kind of finding is told once, with all its arms. */
export class ArmFindings {
  private readonly failures: Mention[] = [];
  private readonly lost: Mention[] = [];
  private readonly files: Mention[] = [];
  private readonly telemetry: ValidityFinding[] = [];
  private sums = 0;

  constructor(
    private readonly arms: readonly Arm[],
    private readonly unknown: readonly string[],
  ) {}

  addFiles(arm: Arm, files: ArmFiles): void {
    const { missing, cpu, memory, log } = files;
    const say = (text: string): void =>
      void this.files.push({ cells: cellsOf(arm), text: `${arm.name}: ${text}` });
    if (missing.length > 0) say(`${missing.join(', ')} not there`);
    const unreadable = (cpu?.unreadable ?? 0) + (memory?.unreadable ?? 0);
    if (unreadable > 0) say(`${count(unreadable, 'line')} of telemetry that cannot be read`);
    if (log.foreign > 0) say(`logs.txt has ${count(log.foreign, 'failure')} of another function`);
    if (log.failedWarmups > 0)
      this.lost.push({
        cells: cellsOf(arm),
        text: `${arm.name}: ${count(log.failedWarmups, 'warm-up')} that never got an answer`,
      });
    const apart = secondsApart(files);
    if (apart !== undefined) this.telemetry.push(foreignTelemetry(arm, apart));
  }

  addBlocks(arm: Arm, files: ArmFiles, { blocks, oddities, homeless }: RequestBlocks): void {
    for (const text of oddities) this.files.push({ cells: cellsOf(arm), text: `${arm.name}: ${text}` });
    const made = blocks.map(({ latencies, failures }) => latencies.length + failures.length);
    const usual = Math.max(0, ...made);
    for (const [i, { payload, failures }] of blocks.entries()) {
      const cells = { ...cellsOf(arm), payload };
      const codes = failures.map(({ httpCode }) => httpCode).join(', ');
      if (failures.length > 0)
        this.failures.push({
          cells,
          text: `${arm.name}, payload ${payload}: ${count(failures.length, 'request')} (HTTP ${codes})`,
        });
      const short = usual - (made[i] ?? 0);
      if (short > 0)
        this.lost.push({
          cells,
          text: `${arm.name}, payload ${payload}: ${count(short, 'request')} fewer than its other payloads`,
        });
    }
    if (homeless.length > 0)
      this.lost.push({
        cells: cellsOf(arm),
        text: `${arm.name}: ${count(homeless.length, 'failure')} in logs.txt of a payload that is not in info.txt`,
      });
    const known = blocks.flatMap(({ containers }) => containers.flatMap((id) => id ?? []));
    const seen = known.filter((id) => files.cpu?.containers.has(id) === true).length;
    const all = blocks.reduce((sum, { latencies }) => sum + latencies.length, 0);
    if (seen < all && files.cpu !== undefined)
      this.files.push({
        cells: cellsOf(arm),
        text: `${arm.name}: ${all - seen} of ${count(all, 'request')} without telemetry of their container`,
      });
  }

  addSums(
    arm: Arm,
    { times }: ArmFiles,
    { sums, unknown }: { readonly sums: readonly LatencySum[]; readonly unknown: number },
  ): void {
    this.sums += sums.length;
    if (unknown > 0)
      this.files.push({
        cells: cellsOf(arm),
        text: `${arm.name}: ${count(unknown, 'sum')} whose number of clients is not known, in ${count(times.length, 'run')}; left out`,
      });
  }

  all(): ValidityFinding[] {
    return [
      ...merged(this.failures, {
        id: 'failures-dropped',
        severity: 'serious',
        lead: 'time.csv leaves failures out; those in logs.txt were added as rows',
        advice:
          'Take the failures into account: a mean over the answers alone is of the survivors. What was in no log is lost.',
      }),
      ...merged(this.lost, {
        id: 'failures-dropped',
        severity: 'warning',
        lead: 'Requests of which nothing is kept, neither a time nor a failure',
        advice: 'Treat these cells as incomplete: what is missing may be what was slow.',
      }),
      ...this.telemetry,
      ...this.missingSums(),
      ...this.misnamed(),
      ...merged(
        [
          ...this.unknown.map((name) => ({ cells: undefined, text: `${name}: nobody knows this folder` })),
          ...this.files,
        ],
        {
          id: 'incomplete-source',
          severity: 'warning',
          lead: 'Not everything could be taken',
          advice: reimport,
        },
      ),
    ];
  }

  /** Throughput has no cells among the rows, so that rows cannot show that one of its arms is missing. */
  private missingSums(): ValidityFinding[] {
    const own = this.arms.filter(({ kind }) => kind === 'throughput');
    const used = [...new Set(own.map(({ mode }) => mode))];
    return [...new Set(own.map(({ function: name }) => name))].flatMap((name) =>
      used
        .filter((mode) => !own.some((arm) => arm.function === name && arm.mode === mode))
        .map((mode): ValidityFinding => ({
          id: 'missing-arm',
          severity: 'warning',
          cells: [{ function: name, runtime: modes[mode].runtime }],
          text: `throughput/${name}/${mode} is missing: ${name} has no sums of latencies on ${modes[mode].runtime}.`,
          advice: 'Leave the function out of any statement on all functions under concurrent clients.',
        })),
    );
  }

  private misnamed(): ValidityFinding[] {
    if (this.sums === 0) return [];
    return [
      {
        id: 'misnamed-figure',
        severity: 'warning',
        cells: [],
        text: `What the artefact calls throughput are ${count(this.sums, 'sum')} of one-shot latencies of N clients that were started together: no rate follows from them.`,
        advice:
          'They are kept as sums in latency-sums.ndjson and compared with nothing. Measure a throughput with a load run: lumos run FILE with load or concurrency.',
      },
    ];
  }
}

const foreignTelemetry = (arm: Arm, seconds: number): ValidityFinding => ({
  id: 'foreign-telemetry',
  severity: 'warning',
  cells: [cellsOf(arm)],
  text: `${arm.name}: its telemetry is of another time than its measurements, ${Math.round(seconds)} s away.`,
  advice: 'Use no CPU or memory figure of this folder: it is of something else.',
});

function merged(
  mentions: readonly { readonly cells: ConcernedCells | undefined; readonly text: string }[],
  { lead, ...finding }: Pick<ValidityFinding, 'id' | 'severity' | 'advice'> & { readonly lead: string },
): ValidityFinding[] {
  if (mentions.length === 0) return [];
  return [
    {
      ...finding,
      cells: mentions.flatMap(({ cells }) => cells ?? []),
      text: `${lead}: ${mentions.map(({ text }) => text).join('; ')}.`,
    },
  ];
}
