/** The tables of `lumos doctor`, for people. */
import type { RuntimeClass, Start, Transport } from '../../domain/factors.js';
import { renderFitted } from '../fitted-table.js';
import { tableWidth } from '../output.js';

/** Whether something is there; with its version, or what is missing and how to get it. */
interface Usability {
  readonly usable: boolean;
  readonly version?: string;
  readonly why?: string;
  readonly remedy?: string;
}

export interface ServiceLine extends Usability {
  readonly name: string;
}

/** What keeps the state of something that can then be restored. */
export interface SnapshotsLine extends ServiceLine {
  readonly of: string;
  /** Ids of the runtimes that have the start `snapshot` by it. */
  readonly runtimes: readonly string[];
}

/** As `lumos doctor --json` has it. */
export interface RuntimeLine extends Usability {
  readonly id: string;
  readonly engine: string;
  readonly mode?: string;
  readonly class: RuntimeClass;
  readonly transports: readonly Transport[];
  readonly starts: readonly Start[];
  /** It has passed the conformance suite on this machine, in this version. */
  readonly verified: boolean;
  /** When it did; with `verified`. */
  readonly verifiedAt?: string;
}

const yesOrNo = (value: boolean): string => (value ? 'yes' : 'no');

export const runtimesTable = (runtimes: readonly RuntimeLine[]): string =>
  renderFitted(
    ['runtime', 'usable', 'version', 'mode', 'starts', 'transports', 'verified'],
    runtimes.map((runtime) => [
      runtime.id,
      yesOrNo(runtime.usable),
      runtime.version ?? '',
      runtime.mode ?? '',
      runtime.starts.join(', '),
      runtime.transports.join(', '),
      runtime.usable ? verifiedText(runtime) : '',
    ]),
    tableWidth(),
  );

const verifiedText = ({ verified, verifiedAt }: RuntimeLine): string =>
  verified ? `yes, ${(verifiedAt ?? '').slice(0, 10)}` : 'no';

/** What is missing of the runtimes that cannot run here. */
export const missingTable = (runtimes: readonly RuntimeLine[]): string =>
  renderFitted(
    ['cannot run here', 'what is missing', 'how to get it'],
    runtimes.filter(({ usable }) => !usable).map(({ id, why, remedy }) => [id, why ?? '', remedy ?? '']),
    tableWidth(),
  );

export const snapshotsTable = (lines: readonly SnapshotsLine[]): string =>
  renderFitted(
    ['snapshots', 'of', 'usable', 'version, or what to do', 'the start snapshot of'],
    lines.map((line) => [
      line.name,
      line.of,
      yesOrNo(line.usable),
      line.usable ? (line.version ?? '') : `${line.why ?? ''} -> ${line.remedy ?? ''}`,
      line.runtimes.length === 0 ? 'none: Lumos has no start by it' : line.runtimes.join(', '),
    ]),
    tableWidth(),
  );

export const servicesTable = (services: readonly ServiceLine[]): string =>
  renderFitted(
    ['needed to build and run', 'usable', 'version, or what to do'],
    services.map(({ name, usable, version, why, remedy }) => [
      name,
      yesOrNo(usable),
      usable ? (version ?? '') : `${why ?? ''} -> ${remedy ?? ''}`,
    ]),
    tableWidth(),
  );
