/** Something of the machine that runs need, which can be looked for and, where a package manager can, installed. */
import { LumosError } from '../../domain/errors.js';
import type { Availability } from '../../domain/runtime.js';
import { milliseconds, type Milliseconds } from '../../domain/units.js';

/** One of those below, or an engine's name. */
export type DependencyName = string;

/** Says a line about what is being done. */
export type Report = (line: string) => void;

export interface Dependency {
  readonly name: DependencyName;
  /** What it is needed for, in one sentence. */
  readonly why: string;
  /** Whether it is there and works. Installs and starts nothing. */
  probe(): Promise<Availability>;
  /**
   * Installs it, and starts it where it has to run. Says what it does before it does it.
   * @throws LumosError `missing-dependency` with what to do by hand where it cannot.
   */
  install(report: Report): Promise<void>;
}

/** What became of a dependency that was asked for. */
export interface Ensured {
  readonly name: DependencyName;
  readonly version: string;
  readonly installed: boolean;
  readonly took: Milliseconds;
}

/**
 * Makes sure that a dependency is there: looks first, installs what is missing, and looks again. Idempotent.
 * @throws LumosError `missing-dependency` when it is not usable after that.
 */
export async function ensureDependency(dependency: Dependency, report: Report): Promise<Ensured> {
  const started = performance.now();
  const took = (): Milliseconds => milliseconds(performance.now() - started);
  const { name } = dependency;
  const before = await dependency.probe();
  if (before.usable) {
    report(`${name}: ${before.version} is there`);
    return { name, version: before.version, installed: false, took: took() };
  }
  report(`${name}: ${before.why}. ${dependency.why}`);
  await dependency.install((line) => report(`${name}: ${line}`));
  const after = await dependency.probe();
  if (!after.usable) {
    throw new LumosError('missing-dependency', `${name} was installed, but ${after.why}`, {
      remedy: after.remedy,
    });
  }
  report(`${name}: ${after.version} is ready, after ${(took() / 1000).toFixed(1)} s`);
  return { name, version: after.version, installed: true, took: took() };
}
