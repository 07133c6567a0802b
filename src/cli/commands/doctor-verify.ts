/** `lumos doctor --verify`: the conformance suite over what can run here. */
import { didYouMean } from '../../domain/did-you-mean.js';
import { behavioursOf } from '../../conformance/behaviours.js';
import { machineTraces } from '../../conformance/machine-traces.js';
import { askingsOf, runSuite, type Answered } from '../../conformance/runner.js';
import type { Suite } from '../../conformance/suite.js';
import { cacheFolder } from '../../control-plane/build/cache-folder.js';
import { invalidInput, missingDependency } from '../../domain/errors.js';
import type { Availability, Runtime } from '../../domain/runtime.js';
import { Interrupted } from '../../experiment/trial-runner.js';
import { writeVerifiedMark, verifiedMarkSchemaId, type VerifiedMark } from '../../records/verified-marks.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { dim, failure, note, print, printJson, title, warning } from '../output.js';
import { conformanceFolder, packageVersion } from '../package-root.js';
import { onStopSignal } from '../stop-signal.js';
import type { Workbench } from '../workbench.js';
import { problemsOf, verdictTable } from './verify-table.js';

interface Installed {
  readonly runtime: Runtime;
  readonly version: string;
}

/**
 * Runs the suite over `ids`, or over everything that can run here, and keeps what came of it.
 * @throws LumosError `invalid-input` for an id nobody knows; `missing-dependency` for one that cannot run here
 */
export async function verify(
  workbench: Workbench,
  ids: readonly string[],
  { json }: { readonly json: boolean },
): Promise<ExitCode> {
  const installed = await toVerify(workbench, ids);
  const { all: functions } = await workbench.catalogue([conformanceFolder]);
  const behaviours = behavioursOf(functions);
  const native = workbench.registry.find(({ id }) => id === 'native');
  const stop = onStopSignal(() => note('stopping after what is under way'));
  const suite: Suite = {
    workshop: workbench,
    functions,
    ...(native === undefined ? {} : { native }),
    hierarchy: workbench.hierarchy,
    traces: machineTraces,
    signal: stop.signal,
  };
  const marks: VerifiedMark[] = [];
  try {
    for (const { runtime, version } of installed) {
      const total = askingsOf(runtime, behaviours).length;
      note(title(`${runtime.id} ${version}: ${total} behaviours`));
      let done = 0;
      const answers = await runSuite(suite, runtime, behaviours, {
        onVerdict: (answered) => tell(answered, ++done, total),
      });
      const mark = markOf(runtime, version, answers);
      writeVerifiedMark(cacheFolder(), mark);
      marks.push(mark);
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    return exitCodes.interrupted;
  } finally {
    stop.forget();
  }
  if (json) printJson({ verified: marks });
  else print([verdictTable(marks), ...problemsOf(marks)].join('\n'));
  return marks.some(({ failed }) => failed.length > 0) ? exitCodes.failed : exitCodes.done;
}

async function toVerify({ registry }: Workbench, ids: readonly string[]): Promise<Installed[]> {
  const known = registry.map(({ id }) => id);
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown !== undefined) {
    throw invalidInput(
      `unknown runtime "${unknown}"`,
      `${didYouMean(unknown, known)}\`lumos list runtimes\` lists them.`,
    );
  }
  const installed: Installed[] = [];
  for (const runtime of registry) {
    if (ids.length > 0 && !ids.includes(runtime.id)) continue;
    const availability = await runtime.probe();
    if (availability.usable) installed.push({ runtime, version: availability.version });
    else if (ids.includes(runtime.id)) throw cannotRun(runtime, availability);
    else note(dim(`${runtime.id}: left out: ${availability.why}`));
  }
  return installed;
}

const cannotRun = (
  { id }: Runtime,
  { why, remedy }: Extract<Availability, { usable: false }>,
): ReturnType<typeof missingDependency> => missingDependency(`${id} cannot run here: ${why}`, remedy);

function tell({ verdict, title: name }: Answered, done: number, total: number): void {
  const at = dim(`  ${done}/${total}`);
  switch (verdict.state) {
    case 'passed':
      note(`${at} ${name}`);
      break;
    case 'skipped':
      note(`${at} ${warning('skipped')} ${name}: ${verdict.reason}`);
      break;
    case 'failed':
      note(`${at} ${failure('failed')} ${name}: ${verdict.why}`);
      break;
  }
}

function markOf({ id }: Runtime, version: string, answers: readonly Answered[]): VerifiedMark {
  return {
    schema: verifiedMarkSchemaId,
    runtime: id,
    version,
    lumosVersion: packageVersion(),
    at: new Date().toISOString(),
    passed: answers.filter(({ verdict }) => verdict.state === 'passed').length,
    failed: answers.flatMap(({ title: behaviour, verdict }) =>
      verdict.state === 'failed' ? [{ behaviour, why: verdict.why }] : [],
    ),
    skipped: answers.flatMap(({ title: behaviour, verdict }) =>
      verdict.state === 'skipped' ? [{ behaviour, reason: verdict.reason }] : [],
    ),
  };
}
