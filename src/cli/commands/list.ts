/** `lumos list`: functions, runtimes, experiments, environments. */
import { didYouMean } from '../../domain/did-you-mean.js';
import type { EnvironmentNetwork } from '../../domain/environment.js';
import { invalidInput } from '../../domain/errors.js';
import { environmentName } from '../../domain/factors.js';
import { builtInEnvironments, loadEnvironment } from '../../experiment/environment-file.js';
import { builtInExperiments, loadExperiment } from '../../experiment/experiment-file.js';
import { formatBytes } from '../../report/format-quantity.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { renderFitted } from '../fitted-table.js';
import { print, printJson, tableWidth } from '../output.js';
import { environmentsFolder, experimentsFolder } from '../package-root.js';
import { createWorkbench } from '../workbench.js';

interface Listing {
  /** What --json prints. */
  readonly json: object;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const listings: Readonly<Record<string, (folders: readonly string[]) => Promise<Listing>>> = {
  functions: listFunctions,
  runtimes: listRuntimes,
  experiments: () => Promise.resolve(listExperiments()),
  environments: () => Promise.resolve(listEnvironments()),
};

export async function list(
  what: string,
  options: { readonly json?: boolean; readonly functionsPath: readonly string[] },
): Promise<ExitCode> {
  const names = Object.keys(listings);
  const listing = Object.hasOwn(listings, what) ? listings[what] : undefined;
  if (listing === undefined) {
    throw invalidInput(
      `there is no list of "${what}"`,
      `${didYouMean(what, names)}There are: ${names.join(', ')}.`,
    );
  }
  const { json, head, rows } = await listing(options.functionsPath);
  if (options.json === true) printJson(json);
  else print(renderFitted(head, rows, tableWidth()));
  return exitCodes.done;
}

async function listFunctions(folders: readonly string[]): Promise<Listing> {
  const { all } = await (await createWorkbench()).catalogue(folders);
  const functions = all.map(
    ({ manifest: { name, class: kind, description, languages, storage, crates, payloads } }) => ({
      name,
      class: kind,
      description,
      languages: Object.keys(languages),
      storage,
      crates,
      payloads,
    }),
  );
  const ladder = (payloads: (typeof functions)[number]['payloads']): string =>
    payloads
      .map(
        ({ label, bytes, size }) =>
          `${label} ${bytes === undefined ? `n=${size ?? ''}` : formatBytes(bytes)}`,
      )
      .join(', ');
  return {
    json: { functions },
    head: ['function', 'class', 'payloads', 'storage', 'crates', 'in'],
    rows: functions.map((f) => [
      f.name,
      f.class,
      ladder(f.payloads),
      f.storage.join(', '),
      f.crates.join(', '),
      f.languages.join(', '),
    ]),
  };
}

async function listRuntimes(): Promise<Listing> {
  const { registry } = await createWorkbench();
  const runtimes = registry.map(({ id, engine, mode, class: kind, artifactKind, starts, transports }) => ({
    id,
    engine,
    ...(mode === undefined ? {} : { mode }),
    class: kind,
    artifact: artifactKind,
    starts,
    transports,
  }));
  return {
    json: { runtimes },
    head: ['runtime', 'class', 'runs', 'starts', 'transports'],
    rows: runtimes.map((r) => [r.id, r.class, r.artifact, r.starts.join(', '), r.transports.join(', ')]),
  };
}

function listExperiments(): Listing {
  const experiments = [...builtInExperiments(experimentsFolder).keys()].map((name) => {
    const { description, functions, runtimes, payloads, starts, repetitions } = loadExperiment(
      name,
      experimentsFolder,
    );
    return { name, description, functions, runtimes, payloads, starts, repetitions };
  });
  return {
    json: { experiments },
    head: ['experiment', 'what it answers'],
    rows: experiments.map((e) => [e.name, e.description]),
  };
}

function listEnvironments(): Listing {
  const environments = [...builtInEnvironments(environmentsFolder).keys()].map((name) =>
    loadEnvironment(name, environmentsFolder),
  );
  return {
    json: { environments },
    head: ['environment', 'cores', 'memory', 'to its data', 'what it is'],
    rows: environments.map((e) => [
      environmentName({ environment: e.name, ...(e.emulated ? { emulated: e.emulated } : {}) }),
      e.cpu === undefined ? 'all' : String(e.cpu.cores),
      e.memory === undefined ? 'all' : `${e.memory.limitMiB} MiB`,
      e.dataService === undefined ? 'as it is' : networkText(e.dataService),
      e.description,
    ]),
  };
}

const networkText = ({ roundTripMs, megabitsPerSecond }: EnvironmentNetwork): string =>
  `${roundTripMs} ms${megabitsPerSecond === undefined ? '' : `, ${megabitsPerSecond} Mbit/s`}`;
