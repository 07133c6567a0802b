/** Energy that the processors' own counter has added up, where the kernel shows it (Intel and AMD RAPL, powercap). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { joules, type Joules } from '../../domain/units.js';

interface Package {
  readonly path: string;
  /** The counter starts from 0 again after this. */
  readonly rangeMicrojoules: number;
}

export interface EnergyCounter {
  begin(): void;
  /** Of all packages of the machine since `begin`; undefined where it cannot be read. */
  end(): Joules | undefined;
}

/** Undefined on a machine without the counter, or where it may not be read. @param folder of the kernel's powercap */
export function findEnergyCounter(folder = '/sys/class/powercap'): EnergyCounter | undefined {
  const packages = packagesIn(folder);
  if (packages.length === 0) return undefined;
  let before: number[] | undefined;
  return {
    begin: () => {
      before = readAll(packages);
    },
    end: () => {
      const after = readAll(packages);
      if (before === undefined || after === undefined) return undefined;
      const microjoules = packages.reduce((sum, { rangeMicrojoules }, i) => {
        const passed = (after[i] ?? 0) - (before?.[i] ?? 0);
        return sum + (passed >= 0 ? passed : passed + rangeMicrojoules);
      }, 0);
      return joules(microjoules / 1e6);
    },
  };
}

/** Packages alone, `intel-rapl:0`: what is below them, `intel-rapl:0:1`, is a part of their count. */
function packagesIn(folder: string): Package[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^intel-rapl:\d+$/.test(name))
      .map((name) => join(folder, name))
      .map((path) => ({ path, rangeMicrojoules: numberIn(join(path, 'max_energy_range_uj')) }))
      .filter(({ path }) => Number.isFinite(numberIn(join(path, 'energy_uj'))));
  } catch {
    return [];
  }
}

const numberIn = (path: string): number => Number(readFileSync(path, 'utf8').trim());

function readAll(packages: readonly Package[]): number[] | undefined {
  try {
    return packages.map(({ path }) => numberIn(join(path, 'energy_uj')));
  } catch {
    return undefined;
  }
}
