/** A run as JUnit XML, in the form that CI systems read (there is no standard; Jenkins' and GitLab's are the same here). */
import { cellKey, conditionsKey, runtimeName } from '../../domain/factors.js';
import type { RunManifest } from '../../domain/run-manifest.js';
import type { CellSummary } from '../../domain/summary/cell-summary.js';
import type { ObjectiveResult } from '../../domain/summary/objective-result.js';
import type { Summary } from '../../domain/summary/summary.js';
import { failureCount, failureText } from '../cell-groups.js';
import { formatCount } from '../format-quantity.js';
import { cellNames, measuredText } from '../objectives/objective-lines.js';
import { xmlDocument, type XmlElement } from './xml-document.js';

export interface JunitReport {
  readonly manifest: RunManifest;
  readonly summary: Summary;
}

interface Case {
  readonly name: string;
  /** The cell's median latency; 0 for an objective, so that no time is counted twice. */
  readonly seconds: number;
  readonly outcome?: {
    readonly kind: 'failure' | 'skipped';
    readonly message: string;
    readonly type?: string;
  };
}

interface Suite {
  readonly function: string;
  readonly runtime: string;
  readonly cases: readonly Case[];
}

/**
 * A suite for each function on each runtime. In it a case for every cell, which fails where an invocation failed or none
 * was made, and is skipped where its level of load is not valid, and a case for every objective held against it: it fails where the objective is missed, and is skipped,
 * with the reason, where it is unsure. The time of a cell is its median latency. Pure: the same input gives the same text.
 */
export function renderJunit({ manifest, summary }: JunitReport): string {
  const suites = suitesOf(summary);
  const cases = suites.flatMap((suite) => suite.cases);
  return xmlDocument({
    name: 'testsuites',
    attributes: { name: `lumos ${summary.experiment}`, ...countsOf(cases) },
    children: suites.map((suite) => suiteElement(suite, manifest)),
  });
}

function suitesOf(summary: Summary): Suite[] {
  const names = cellNames(summary);
  const objectives = new Map<string, ObjectiveResult[]>();
  for (const result of summary.objectives ?? []) {
    const key = cellKey(result);
    objectives.set(key, [...(objectives.get(key) ?? []), result]);
  }
  const suites = new Map<string, Suite & { readonly cases: Case[] }>();
  for (const cell of summary.cells) {
    const runtime = runtimeName(cell);
    const key = JSON.stringify([cell.function, runtime]);
    const suite = suites.get(key) ?? { function: cell.function, runtime, cases: [] };
    suites.set(key, suite);
    // The suite names the function already.
    const name = (names.get(conditionsKey(cell)) ?? '').replace(`${cell.function}, `, '');
    suite.cases.push(
      cellCase(name, cell),
      ...(objectives.get(cellKey(cell)) ?? []).map((result) => objectiveCase(name, result)),
    );
  }
  return [...suites.values()];
}

function cellCase(name: string, cell: CellSummary): Case {
  const seconds = (cell.latencyMs?.p50 ?? 0) / 1000;
  if (cell.notValid !== undefined)
    return { name, seconds, outcome: { kind: 'skipped', message: `not valid: ${cell.notValid}` } };
  const failed = failureCount(cell);
  if (failed === 0 && cell.n > 0) return { name, seconds };
  const message =
    failed === 0
      ? 'no invocation recorded'
      : `${formatCount(failed)} of ${formatCount(failed + cell.n)} invocations failed: ${failureText(cell)}`;
  return { name, seconds, outcome: { kind: 'failure', type: 'failed-cell', message } };
}

function objectiveCase(name: string, result: ObjectiveResult): Case {
  const base = { name: `${name}: ${result.objective}`, seconds: 0 };
  const message = `${result.objective}: ${result.verdict}, measured ${measuredText(result)}; ${result.why}`;
  switch (result.verdict) {
    case 'met':
      return base;
    case 'missed':
      return { ...base, outcome: { kind: 'failure', type: 'missed-objective', message } };
    case 'unsure':
      return { ...base, outcome: { kind: 'skipped', message } };
  }
}

function suiteElement(suite: Suite, manifest: RunManifest): XmlElement {
  const properties = {
    runId: manifest.runId,
    experiment: manifest.experiment.name,
    seed: manifest.seed,
    lumosVersion: manifest.host.lumosVersion,
  };
  return {
    name: 'testsuite',
    attributes: {
      name: `${suite.function} on ${suite.runtime}`,
      // Without fractions and zone, as Jenkins' schema wants it; in UTC.
      timestamp: manifest.startedAt.slice(0, 19),
      ...countsOf(suite.cases),
    },
    children: [
      {
        name: 'properties',
        attributes: {},
        children: Object.entries(properties).map(([name, value]) => ({
          name: 'property',
          attributes: { name, value },
        })),
      },
      ...suite.cases.map((one) => caseElement(one, suite)),
    ],
  };
}

const caseElement = ({ name, seconds, outcome }: Case, suite: Suite): XmlElement => ({
  name: 'testcase',
  attributes: { classname: `${suite.function}.${suite.runtime}`, name, time: secondsText(seconds) },
  ...(outcome === undefined
    ? {}
    : {
        children: [
          {
            name: outcome.kind,
            attributes: {
              message: outcome.message,
              ...(outcome.type === undefined ? {} : { type: outcome.type }),
            },
            ...(outcome.kind === 'failure' ? { text: outcome.message } : {}),
          },
        ],
      }),
});

function countsOf(cases: readonly Case[]): Record<string, string | number> {
  const count = (kind: string): number => cases.filter((one) => one.outcome?.kind === kind).length;
  return {
    tests: cases.length,
    failures: count('failure'),
    errors: 0,
    skipped: count('skipped'),
    time: secondsText(cases.reduce((sum, one) => sum + one.seconds, 0)),
  };
}

/** Never in exponent form, and down to the microsecond. */
const secondsText = (seconds: number): string => seconds.toFixed(6);
