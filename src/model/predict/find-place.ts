/** From what a person asks for to a place the model can predict at; what it never saw is refused by name. */
import { didYouMean } from '../../domain/did-you-mean.js';
import { invalidInput, type LumosError } from '../../domain/errors.js';
import { environmentName, type Start } from '../../domain/factors.js';
import { bytes } from '../../domain/units.js';
import type { Place } from '../components/place.js';
import type { Link } from '../network/link.js';
import type { ModelFile } from '../fit/model-file.js';
import { accessOf, systemOf, workOf, type ModelCell } from '../observations/model-cell.js';
import { farthestReach } from './knowledge.js';

export interface PredictionRequest {
  /** As in `workOf`. */
  readonly function: string;
  /** A label of the ladder that was measured, or a size: of bytes (`8MiB`), or in the function's own unit (`512`). */
  readonly payload: string;
  /** As in `systemOf`. */
  readonly runtime: string;
  readonly environment?: string;
  readonly start: Start;
  /** As in `accessOf`, e.g. `s3/host/reused`; the first that was measured where it is absent. */
  readonly access?: string;
  /** What lies between the clients and the platform; absent: what the environment declares, or nothing. */
  readonly clients?: Link;
  /** Over which a cold start's image is pulled first; absent: it is on the node. */
  readonly registry?: Link;
}

export interface FoundPlace {
  readonly place: Place;
  /** What makes the prediction reach beyond what was measured, in words; the first is the weightiest. */
  readonly beyond: readonly string[];
  readonly unseen: {
    readonly environment: boolean;
    readonly pair: boolean;
    readonly outsideSizes: boolean;
  };
  /** Why nothing is known at this place, in words; absent where something is. */
  readonly notKnown?: string;
}

const names = (values: readonly string[]): string[] => [...new Set(values)].sort();

const fitAgain = 'and fit the model to both runs: lumos model fit DIR DIR --out model.json';

interface Unseen {
  /** What of: `start`, and `of native` behind the name. */
  readonly what: string;
  readonly of?: string;
  readonly asked: string;
  readonly known: readonly string[];
  /** How to measure it, for whoever did not mean one of the known ones. */
  readonly remedy: string;
}

function unknown({ what, of, asked, known, remedy }: Unseen): LumosError {
  const meant = didYouMean(asked, known);
  return invalidInput(
    `The model never saw the ${what} "${asked}"${of === undefined ? '' : ` ${of}`}`,
    `${meant}It saw: ${known.join(', ')}.${meant === '' ? ` ${remedy}` : ''}`,
  );
}

/** Processes and containers have no snapshot and no engine that stays up. */
const startsOfMachineCode: readonly Start[] = ['cold', 'warm'];

function measuringStart({ class: kind }: ModelCell['cell'], { runtime, start }: PredictionRequest): string {
  const run = `lumos run --runtimes ${runtime} --starts ${start}, ${fitAgain}`;
  if (start === 'cold' || start === 'warm') return `To measure it: ${run}.`;
  return kind === 'process' || kind === 'container'
    ? `A ${kind} has no other start than ${startsOfMachineCode.join(' and ')}.`
    : `If the runtime has that start, measure it: ${run}.`;
}

function requireSeen(file: ModelFile, request: PredictionRequest, environment: string): void {
  const { function: name, runtime, start } = request;
  const works = names(file.cells.map(({ cell }) => workOf(cell)));
  const systems = names(file.cells.map(({ cell }) => systemOf(cell)));
  const environments = names(file.cells.map(({ cell }) => cell.environment));
  if (!works.includes(name))
    throw unknown({
      ...{ what: 'function', asked: name, known: works },
      remedy: `If it is one of lumos list functions, measure it: lumos run --functions ${name}, ${fitAgain}.`,
    });
  if (!systems.includes(runtime))
    throw unknown({
      ...{ what: 'runtime', asked: runtime, known: systems },
      remedy: `If it is one of lumos list runtimes, measure it: lumos run --runtimes ${runtime}, ${fitAgain}.`,
    });
  if (!environments.includes(environment))
    throw unknown({
      ...{ what: 'environment', asked: environment, known: environments },
      remedy: `A calibration run there is enough: lumos run calibration --environment ${environment}, ${fitAgain}.`,
    });
  const own = file.cells.filter(({ cell }) => systemOf(cell) === runtime).map(({ cell }) => cell);
  const starts = names(own.map((cell) => cell.start));
  if (!starts.includes(start))
    throw unknown({
      ...{ what: 'start', of: `of ${runtime}`, asked: start, known: starts },
      remedy: measuringStart(own[0] as ModelCell['cell'], request),
    });
}

const sizeUnits: Readonly<Record<string, number>> = { '': 1, b: 1, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30 };

/** The number of a size such as `8MiB` or `512`; undefined for what is none. */
function parseSize(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*(b|kib|mib|gib)?$/iu.exec(text.trim()) ?? [];
  const factor = sizeUnits[unit.toLowerCase()];
  const size = digits === undefined || factor === undefined ? 0 : Number(digits) * factor;
  return size > 0 ? size : undefined;
}

/** A size from what is asked for. @throws LumosError `invalid-input` for a label that is none and no size */
function sizeAsked({ payload, function: name }: PredictionRequest, ladder: readonly ModelCell[]): number {
  const size = ladder.find(({ cell }) => cell.payload === payload)?.size ?? parseSize(payload);
  if (size !== undefined) return size;
  const labels = names(ladder.map(({ cell }) => cell.payload));
  const sizes =
    ladder[0]?.sizeUnit === 'bytes'
      ? 'a number of bytes above 0, or with a unit: B, KiB, MiB or GiB, such as 8MiB'
      : 'a number above 0, in the unit of its size parameter';
  if (/^[-+.]?\d/u.test(payload.trim()))
    throw invalidInput(`"${payload}" is no size of ${name}`, `A size is ${sizes}.`);
  throw invalidInput(
    `${name} was not measured at the payload "${payload}"`,
    `${didYouMean(payload, labels)}It was at: ${labels.join(', ')}. For any other, give its size: ${sizes}.`,
  );
}

/** A figure of the ladder at a size: between its steps and beyond them by the power of the nearest two. */
function figureAt(ladder: readonly ModelCell[], size: number, of: (cell: ModelCell) => number): number {
  const points = [...new Map(ladder.map((cell) => [cell.size, cell])).values()].sort(
    (a, b) => a.size - b.size,
  );
  const exact = points.find((point) => point.size === size);
  if (exact !== undefined) return of(exact);
  const [first, last] = [points[0] as ModelCell, points.at(-1) as ModelCell];
  if (points.length === 1)
    return of(first) * (first.sizeUnit === 'bytes' && of(first) > first.size / 4 ? size / first.size : 1);
  const upper = points.find((point) => point.size > size) ?? last;
  const index = Math.max(1, points.indexOf(upper));
  const [low, high] = [points[index - 1] as ModelCell, points[index] as ModelCell];
  if (!(of(low) > 0 && of(high) > 0)) return of(size > high.size ? high : low);
  const exponent = Math.log(of(high) / of(low)) / Math.log(high.size / low.size);
  return of(low) * (size / low.size) ** exponent;
}

const times = (ratio: number): string => `${Number(ratio.toPrecision(2))}x`;

function beyondSizes(size: number, ladder: readonly ModelCell[]): string | undefined {
  const sizes = ladder.map((cell) => cell.size);
  const [least, largest] = [Math.min(...sizes), Math.max(...sizes)];
  if (size > largest * 1.001) return `payload ${times(size / largest)} beyond the largest measured`;
  if (size < least / 1.001) return `payload ${times(least / size)} below the smallest measured`;
  return undefined;
}

const isTooFar = (size: number, ladder: readonly ModelCell[]): boolean =>
  size > farthestReach * Math.max(...ladder.map((cell) => cell.size));

function ladderOf(file: ModelFile, request: PredictionRequest): ModelCell[] {
  const own = file.cells.filter(({ cell }) => workOf(cell) === request.function);
  const ways = names(own.map(({ cell }) => accessOf(cell)));
  const access = request.access ?? accessOf((own[0] as ModelCell).cell);
  if (!ways.includes(access))
    throw unknown({
      ...{ what: 'access', of: `to objects of ${request.function}`, asked: access, known: ways },
      remedy: `To measure it: lumos run --storage and --access, ${fitAgain}.`,
    });
  return own.filter(({ cell }) => accessOf(cell) === access);
}

/** @throws LumosError `invalid-input` for a factor that the model never saw, with the run that would show it */
export function findPlace(file: ModelFile, request: PredictionRequest): FoundPlace {
  const environment = request.environment ?? (file.cells[0] as ModelCell).cell.environment;
  requireSeen(file, request, environment);
  const ladder = ladderOf(file, request);
  const size = sizeAsked(request, ladder);
  const onSystem = file.cells.filter(({ cell }) => systemOf(cell) === request.runtime);
  const pair = ladder.filter(({ cell }) => systemOf(cell) === request.runtime);
  const here = ladder.filter(({ cell }) => cell.environment === environment);
  const like: ModelCell = ladder.find((cell) => cell.size === size) ?? (ladder[0] as ModelCell);
  const service = (pair[0] ?? onSystem[0]) as ModelCell;
  const figure = (of: (cell: ModelCell) => number): number => figureAt(ladder, size, of);
  const wholeBytes = (of: (cell: ModelCell) => number): ReturnType<typeof bytes> =>
    bytes(Math.round(figure(of)));
  const { runtime, class: kind, options, transport } = service.cell;
  const emulated = file.cells.find(({ cell }) => cell.environment === environment)?.cell.emulated;
  const sizes = beyondSizes(size, ladder);
  const beyond = [
    ...(here.length === 0
      ? [`${request.function} was not measured in ${environmentName({ environment, emulated })}`]
      : []),
    ...(pair.length === 0 ? [`${request.function} was not measured on ${request.runtime}`] : []),
    ...(sizes === undefined ? [] : [sizes]),
  ];
  const place: Place = {
    cell: {
      ...like.cell,
      ...{ runtime, class: kind, environment, emulated, start: request.start },
      payload: like.size === size ? like.cell.payload : `size ${size}`,
      options,
      transport,
    },
    size,
    payloadBytes: wholeBytes((cell) => cell.payloadBytes),
    responseBytes: wholeBytes((cell) => cell.responseBytes),
    fetchedBytes: wholeBytes((cell) => cell.fetchedBytes),
    storedBytes: wholeBytes((cell) => cell.storedBytes),
    roundTrips: figure((cell) => cell.roundTrips),
    ...(service.artifactBytes === undefined ? {} : { artifactBytes: service.artifactBytes }),
  };
  return {
    place,
    beyond,
    unseen: { environment: here.length === 0, pair: pair.length === 0, outsideSizes: sizes !== undefined },
    ...(sizes !== undefined && isTooFar(size, ladder) ? { notKnown: sizes } : {}),
  };
}
