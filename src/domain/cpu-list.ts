/** Lists of CPUs as the kernel writes them, e.g. `0-2,5`. */
import { z } from 'zod';
import { invalidInput } from './errors.js';
import { textOf } from './short-forms.js';

const pattern = /^\d+(-\d+)?(,\d+(-\d+)?)*$/;

/** One CPU may be written as a number. */
export const CpuListSchema = textOf(
  z.string().regex(pattern, 'expected CPUs as the kernel lists them, e.g. "0" or "2-3,6"'),
);

/** Their numbers, ascending, each once. @throws LumosError `invalid-input` for what is no list */
export function parseCpuList(list: string): number[] {
  if (!pattern.test(list)) throw invalidInput(`"${list}" is no list of CPUs such as 2-3,6.`);
  const numbers = new Set<number>();
  for (const part of list.split(',')) {
    const [first = 0, last = first] = part.split('-').map(Number);
    for (let cpu = first; cpu <= last; cpu += 1) numbers.add(cpu);
  }
  return [...numbers].sort((a, b) => a - b);
}

export function formatCpuList(cpus: Iterable<number>): string {
  const ranges: [first: number, last: number][] = [];
  for (const cpu of [...new Set(cpus)].sort((a, b) => a - b)) {
    const range = ranges.at(-1);
    if (range?.[1] === cpu - 1) range[1] = cpu;
    else ranges.push([cpu, cpu]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}
