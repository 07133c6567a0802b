/** All checks over a run, and what its importer found. */
import type { ValidityFinding, ValiditySeverity } from '../../domain/validity.js';
import type { Check, CheckedRun } from './check.js';
import { checkFloor } from './checks/floor.js';
import { checkHardware } from './checks/hardware.js';
import { checkDuplicates, checkMissingArms } from './checks/ladders.js';
import { checkInterleaving, checkSplices } from './checks/order.js';
import { checkInvalidLevels } from './checks/levels.js';
import { checkRepeated, checkUnplanned, checkUnreadable } from './checks/records.js';
import { checkDropped, checkSampleSizes, checkSurvivors } from './checks/samples.js';
import { checkSpeed } from './checks/speed.js';

const checks: readonly Check[] = [
  checkInvalidLevels,
  checkUnreadable,
  checkRepeated,
  checkUnplanned,
  checkHardware,
  checkInterleaving,
  checkSplices,
  checkDropped,
  checkSurvivors,
  checkSampleSizes,
  checkFloor,
  checkSpeed,
  checkDuplicates,
  checkMissingArms,
];

const order: readonly ValiditySeverity[] = ['serious', 'warning', 'notice'];

/** The gravest first; empty for a healthy run. docs/method.md says how each is looked for. */
export function validityOf(run: CheckedRun): ValidityFinding[] {
  const found = [...(run.manifest.imported?.findings ?? []), ...checks.flatMap((check) => check(run))];
  return order.flatMap((severity) => found.filter((finding) => finding.severity === severity));
}
