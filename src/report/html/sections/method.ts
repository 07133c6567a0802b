/** How the figures were made, where, and with what. */
import type { Experiment } from '../../../domain/experiment.js';
import type { Import, RunManifest } from '../../../domain/run-manifest.js';
import type { Summary } from '../../../domain/summary/summary.js';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatShare,
  typographicSigns,
  formatCounted,
} from '../../format-quantity.js';
import { emulatedIn, emulationMeaning } from '../../environments-text.js';
import { verdictMeaning } from '../../legend.js';
import { dataTable } from '../figure.js';
import { html, nothing, type Markup } from '../template.js';

const idleBefore = ({ pauseMs }: Experiment['warm' | 'cold'], what: string): string =>
  pauseMs > 0 ? `; ${pauseMs} ms idle before ${what}` : '';

/** Lumos did not measure it, and answers for none of what it says of its own runs. */
const importedMethod = ({ format, source }: Import, summary: Summary): Markup =>
  html`<section id="method">
    <h2>Method</h2>
    <p>
      Imported from ${format} (${source}): Lumos measured none of it. Whether answers were right, cold starts
      cold and arms interleaved, nobody here has seen; what can be told from the rows is said under Validity.
      A figure the source does not have is absent.
    </p>
    <ul>
      <li>
        Intervals are 95 % bootstrap intervals of medians and of ratios of medians. Verdicts:
        ${verdictMeaning(summary.margin)}.
      </li>
    </ul>
    <p>What a figure of this format includes is said in <code>docs/method.md</code>, "Imported runs".</p>
  </section>`;

export const methodSection = (manifest: RunManifest, summary: Summary): Markup =>
  manifest.imported === undefined ? ownMethod(manifest, summary) : importedMethod(manifest.imported, summary);

function ownMethod({ experiment }: RunManifest, summary: Summary): Markup {
  const emulated = emulatedIn(summary);
  return html`<section id="method">
    <h2>Method</h2>
    <ul>
      <li>
        <strong>Latency</strong> runs from the moment the request is sent (warm) or the sandbox asked for
        (cold) to the last byte of the answer. Only verified answers count; everything else is a failure and
        listed as one.
      </li>
      <li>
        <strong>Cold</strong>: no sandbox of the function exists before the request, which is checked for
        each${idleBefore(experiment.cold, 'each is asked for')}. Pulling the image is not part of it.
        <strong>Warm</strong>: the instance has served before;
        ${formatCounted(experiment.warm.warmups, 'warm-up invocation')} in each sandbox
        ${experiment.warm.warmups === 1 ? 'is' : 'are'} not
        counted${idleBefore(experiment.warm, 'each that is')}.
      </li>
      <li>
        <strong>Phases</strong>: the function times its own from inside; launch is until it says that it is
        ready, transport is what is left.
      </li>
      <li>
        <strong>Memory</strong> is the peak of the whole sandbox, engine included. <strong>Image</strong> is
        the compressed size of an image FROM scratch, unless the runtime's options name another base.
      </li>
      <li>
        Trials of all runtimes are interleaved in a random order made from the seed, never one arm after the
        other.
      </li>
      <li>
        Intervals are 95 % bootstrap intervals of medians and of ratios of medians. Verdicts:
        ${verdictMeaning(summary.margin)}.
      </li>
      ${
        emulated.length === 0
          ? nothing
          : html`<li><strong>Emulated</strong> ${emulationMeaning(emulated)}.</li>`
      }
    </ul>
    <p>
      What each figure includes and where each method comes from is said in full in
      <code>docs/method.md</code>.
    </p>
  </section>`;
}

type Fact = readonly [term: string, value: string | undefined];

const facts = (entries: readonly Fact[]): Markup =>
  html`<dl>
    ${entries.map(([term, value]) =>
      value === undefined
        ? nothing
        : html`<dt>${term}</dt>
            <dd>${value}</dd>`,
    )}
  </dl>`;

/** Those of some facts that are known; undefined where none is. */
function known(...parts: (string | undefined)[]): string | undefined {
  const there = parts.filter((part) => part !== undefined);
  return there.length === 0 ? undefined : there.join(', ');
}

const pairs = (record: Readonly<Record<string, unknown>>): string =>
  Object.entries(record)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');

const importFacts = ({ format, source, importedAt, nodes }: Import): Fact[] => [
  ['Imported', `${source} (${format}), ${importedAt}`],
  [
    'Nodes',
    nodes.length === 0
      ? undefined
      : nodes
          .map(({ name, invocations }) => `${name}: ${formatCounted(invocations, 'invocation')}`)
          .join(', '),
  ],
];

/** What was applied of each environment, and what its file says besides. */
const environmentFacts = (records: RunManifest['environments'] = []): Fact[] =>
  records.map(({ environment, applied }): Fact => {
    const { name, description, emulated } = environment;
    const known = ['schema', 'name', 'description', 'emulated', ...Object.keys(applied)];
    const recorded = Object.fromEntries(Object.entries(environment).filter(([key]) => !known.includes(key)));
    return [
      `Environment ${name}${emulated ? ' (emulated)' : ''}`,
      [
        description,
        ...(Object.keys(applied).length === 0 ? [] : [`applied: ${pairs(applied)}`]),
        ...(Object.keys(recorded).length === 0 ? [] : [`recorded only: ${pairs(recorded)}`]),
      ]
        .filter((text) => text !== '')
        .join('; '),
    ];
  });

function machineFacts(host: RunManifest['host']): Fact[] {
  return [
    [
      'Machine',
      known(
        host.cpuModel,
        host.cores === undefined ? undefined : formatCounted(host.cores, 'core'),
        host.memoryBytes === undefined ? undefined : formatBytes(host.memoryBytes),
        host.architecture,
      ),
    ],
    ['System', known(host.operatingSystem, host.kernel)],
    ['Virtualization', host.virtualization],
    ['CPU governor', host.cpuGovernor],
    ['cgroup', host.cgroupVersion === undefined ? undefined : `version ${host.cgroupVersion}`],
    ['Load before', host.loadAverage === undefined ? undefined : `${host.loadAverage} (1-minute average)`],
    [
      'Steal',
      host.stealShare === undefined
        ? undefined
        : `${formatShare(host.stealShare)} of the CPU went to neighbours`,
    ],
  ];
}

function hostFacts({
  host,
  experiment,
  seed,
  probes,
  floor,
  pinning,
  imported,
  environments,
  ...run
}: RunManifest): Fact[] {
  const milliseconds = (value: Parameters<typeof formatDuration>[0]): string =>
    formatDuration(value, typographicSigns);
  return [
    ...machineFacts(host),
    [
      imported === undefined ? 'Harness' : 'Imported by',
      known(
        `Lumos ${host.lumosVersion}`,
        host.nodeVersion === undefined ? undefined : `Node ${host.nodeVersion}`,
      ),
    ],
    [
      'Harness floor',
      floor === undefined
        ? 'not measured in this run'
        : `${milliseconds(floor.coldP50Ms)} cold (n = ${floor.n.cold}), ${milliseconds(floor.warmP50Ms)} warm (n = ${floor.n.warm}): ` +
          'the median of native hello-world with 64 B in this run, warm over ten sandboxes. What takes about as long is mostly Lumos itself. ' +
          'A median can lie below it: the floor has all placements of harness and sandbox on CPUs in it, and a round trip on one CPU takes about half.',
    ],
    [
      'CPUs',
      pinning === undefined
        ? undefined
        : `harness on ${pinning.harness}, sandboxes on ${pinning.sandboxes.join(' or ')}`,
    ],
    ...environmentFacts(environments),
    ...(imported === undefined ? [] : importFacts(imported)),
    ['Page cache', imported === undefined ? experiment.pageCache : undefined],
    ['Seed', imported === undefined ? String(seed) : undefined],
    [
      'Trials',
      `${formatCount(run.trials)} planned;${run.resumed === 0 ? '' : ` resumed ${formatCounted(run.resumed, 'time')};`} state: ${run.state}`,
    ],
    ['Run', `${run.runId}, ${run.startedAt}${run.finishedAt === undefined ? '' : ` to ${run.finishedAt}`}`],
    ...Object.entries(probes).map(([name, counter]): Fact => [`Probe: ${name}`, counter]),
  ];
}

export const hostSection = (manifest: RunManifest): Markup =>
  html`<section id="host">
    <h2>Host and engines</h2>
    ${facts(hostFacts(manifest))}
    ${dataTable(
      {
        head: ['runtime', 'engine', 'version', 'class', 'options', 'details'],
        names: 6,
        rows: manifest.runtimes.map((one) => [
          one.id,
          one.mode === undefined ? one.engine : `${one.engine}, ${one.mode}`,
          one.version,
          one.class,
          pairs(one.options),
          pairs(one.details),
        ]),
      },
      'Engines',
    )}
  </section>`;
