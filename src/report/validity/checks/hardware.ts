/** Whether what is compared ran on the same machine. */
import { conditionsKey, runtimeName } from '../../../domain/factors.js';
import type { ValidityFinding } from '../../../domain/validity.js';
import { cellText, concerned, counted, groupBy, someOf, type CheckedRun } from '../check.js';
import { usualNode, type CellFacts } from '../run-facts.js';

const advice = 'Measure both arms on one machine, or say that the difference may be the machine.';

/** Runtimes under the same conditions whose rows are mostly from different machines. */
function differentNodes(cells: readonly CellFacts[]): ValidityFinding[] {
  const apart = groupBy(cells, ({ cell }) => conditionsKey(cell)).filter(
    (group) => new Set(group.flatMap((facts) => usualNode(facts) ?? [])).size > 1,
  );
  if (apart.length === 0) return [];
  const texts = apart.map(
    (group) =>
      `${group[0]?.cell.function ?? ''} ${group[0]?.cell.payload ?? ''}, ${group[0]?.cell.start ?? ''}: ` +
      group
        .map((facts) => `${runtimeName(facts.cell)} on ${usualNode(facts) ?? 'an unknown one'}`)
        .join(', '),
  );
  return [
    {
      id: 'different-hardware',
      severity: 'serious',
      cells: apart.flat().map(({ cell }) => concerned(cell)),
      text: `In ${counted(apart.length, 'comparison')} the arms ran on different machines: ${someOf(texts)}.`,
      advice,
    },
  ];
}

/** Runtimes of the run that share not one environment. */
function differentEnvironments(cells: readonly CellFacts[]): ValidityFinding[] {
  const byRuntime = new Map<string, Set<string>>();
  for (const { cell } of cells) {
    const own = byRuntime.get(runtimeName(cell)) ?? new Set<string>();
    byRuntime.set(runtimeName(cell), own.add(cell.environment));
  }
  const arms = [...byRuntime];
  const apart = arms.flatMap(([a, ofA], i) =>
    arms
      .slice(i + 1)
      .flatMap(([b, ofB]) =>
        ![...ofA].some((one) => ofB.has(one))
          ? [`${a} (${[...ofA].join(', ')}) and ${b} (${[...ofB].join(', ')})`]
          : [],
      ),
  );
  if (apart.length === 0) return [];
  return [
    {
      id: 'different-hardware',
      severity: 'serious',
      cells: [],
      text: `Runtimes that were never in the same environment: ${someOf(apart)}.`,
      advice,
    },
  ];
}

/** Single rows from another machine than the rest of their cell. */
function oddNodes(cells: readonly CellFacts[]): ValidityFinding[] {
  const mixed = cells.filter(({ nodes }) => nodes.size > 1);
  if (mixed.length === 0) return [];
  const texts = mixed.map((facts) => {
    const usual = usualNode(facts);
    const all = [...facts.nodes.values()].reduce((sum, n) => sum + n, 0);
    const others = [...facts.nodes]
      .filter(([node]) => node !== usual)
      .map(([node, n]) => `${n} of ${counted(all, 'request')} on ${node}`);
    return `${cellText(facts.cell)}: ${others.join(', ')}, the others on ${usual ?? ''}`;
  });
  return [
    {
      id: 'odd-node',
      severity: 'warning',
      cells: mixed.map(({ cell }) => concerned(cell)),
      text: `${counted(mixed.length, 'cell has', 'cells have')} requests from another machine than the rest: ${someOf(texts)}.`,
      advice: 'Leave these requests out, or measure the cell again with its sandboxes bound to one machine.',
    },
  ];
}

export function checkHardware({ facts }: CheckedRun): ValidityFinding[] {
  const cells = facts.cells();
  return [...differentNodes(cells), ...differentEnvironments(cells), ...oddNodes(cells)];
}
