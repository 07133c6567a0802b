/** What the conformance suite found, for people: counts by runtime, then the failures and the skips by their reasons. */
import type { VerifiedMark } from '../../records/verified-marks.js';
import { renderFitted } from '../fitted-table.js';
import { tableWidth } from '../output.js';

export const verdictTable = (marks: readonly VerifiedMark[]): string =>
  renderFitted(
    ['runtime', 'version', 'passed', 'failed', 'skipped', 'verified'],
    marks.map(({ runtime, version, passed, failed, skipped }) => [
      runtime,
      version,
      String(passed),
      String(failed.length),
      String(skipped.length),
      failed.length === 0 && passed > 0 ? 'yes' : 'no',
    ]),
    tableWidth(),
  );

/** How many behaviours with one and the same trouble are named one by one; standard error and the mark name them all. */
const mostNamed = 3;

/** A line for each trouble: what failed and what was skipped, those with the same reason together. */
export const problemsOf = (marks: readonly VerifiedMark[]): string[] =>
  marks.flatMap(({ runtime, failed, skipped }) => [
    ...linesOf(
      `${runtime} failed`,
      groupBy(failed, ({ why }) => why),
    ),
    ...linesOf(
      `${runtime} skipped`,
      groupBy(skipped, ({ reason }) => reason),
    ),
  ]);

const linesOf = (what: string, groups: ReadonlyMap<string, readonly { behaviour: string }[]>): string[] =>
  [...groups].map(([reason, members]) => {
    const named = members.slice(0, mostNamed).map(({ behaviour }) => `"${behaviour}"`);
    const others = members.length - named.length;
    return `${what} ${named.join(', ')}${others === 0 ? '' : ` and ${others} more`}: ${reason}`;
  });

function groupBy<T>(members: readonly T[], keyOf: (member: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const member of members) groups.set(keyOf(member), [...(groups.get(keyOf(member)) ?? []), member]);
  return groups;
}
