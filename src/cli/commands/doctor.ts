/** `lumos doctor`: what can run here, with versions, and what to do about the rest. */
import Table from 'cli-table3';
import { fingerprintHost } from '../../data-plane/host/fingerprint.js';
import { describeProbes } from '../../data-plane/probes/counters.js';
import type { Availability } from '../../domain/runtime.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { dim, failure, good, print, printJson } from '../output.js';
import { packageVersion } from '../package-root.js';
import { createWorkbench, type Workbench } from '../workbench.js';

interface Line {
  readonly name: string;
  readonly usable: boolean;
  readonly version?: string;
  readonly why?: string;
  readonly remedy?: string;
}

const describe = (availability: Availability): Omit<Line, 'name'> =>
  availability.usable
    ? { usable: true, version: availability.version }
    : { usable: false, why: availability.why, remedy: availability.remedy };

export async function doctor(options: { readonly json?: boolean }): Promise<ExitCode> {
  const workbench = await createWorkbench();
  const runtimes = [];
  for (const runtime of workbench.registry) {
    const { id, engine, mode, class: kind } = runtime;
    runtimes.push({
      id,
      engine,
      ...(mode === undefined ? {} : { mode }),
      class: kind,
      ...describe(await runtime.probe()),
    });
  }
  const services = await examineServices(workbench);
  const host = fingerprintHost(packageVersion(), workbench.hierarchy?.version);
  const probes = describeProbes(workbench.hierarchy?.version);
  if (options.json === true) printJson({ runtimes, services, host, probes });
  else {
    print(
      tableOf(
        ['runtime', 'class'],
        runtimes.map((r) => ({ ...r, name: r.id, extra: r.class })),
      ),
    );
    print(
      tableOf(
        ['needed to build and run', ''],
        services.map((service) => ({ ...service, extra: '' })),
      ),
    );
    print(
      `host: ${host.operatingSystem}, Linux ${host.kernel}, ${host.cores} x ${host.cpuModel}, Node ${host.nodeVersion}, ` +
        (host.cgroupVersion === undefined
          ? 'no control groups we may use: counters from /proc alone'
          : `cgroup v${host.cgroupVersion}`),
    );
  }
  return exitCodes.done;
}

/** What the runtimes' artefacts are made with, and the daemons and engines they run on. */
async function examineServices({ dependencies }: Workbench): Promise<Line[]> {
  const lines: Line[] = [];
  for (const dependency of Object.values(dependencies)) {
    lines.push({ name: dependency.name, ...describe(await dependency.probe()) });
  }
  return lines;
}

function tableOf(
  [first, second]: readonly [string, string],
  lines: readonly (Line & { readonly extra: string })[],
): string {
  const table = new Table({
    head: [first, ...(second === '' ? [] : [second]), 'usable', 'version, or what to do'],
    style: { head: [], border: [], compact: true },
    colWidths: second === '' ? [26, 8, 62] : [22, 18, 8, 47],
    wordWrap: true,
  });
  for (const { name, extra, usable, version, why, remedy } of lines) {
    const advice = usable ? (version ?? '') : `${why ?? ''}${dim(` -> ${remedy ?? ''}`)}`;
    table.push([name, ...(second === '' ? [] : [extra]), usable ? good('yes') : failure('no'), advice]);
  }
  return table.toString();
}
