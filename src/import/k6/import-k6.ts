/** `lumos import k6`: the points of `k6 run --out json=FILE` or `--out csv=FILE`. Each request is a row. */
import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { CellSchema, OutcomeSchema, type Cell, type Outcome } from '../../domain/factors.js';
import { measurementSchemaId } from '../../domain/measurement.js';
import { decimalOf } from '../../domain/strict-number.js';
import { milliseconds } from '../../domain/units.js';
import type { ValidityFinding } from '../../domain/validity.js';
import { sourceName } from '../../files/text-source.js';
import type { ImportedRows, ImportOptions } from '../imported-rows.js';
import { SourceLosses } from '../source-losses.js';
import { ToldApart, type Fields, type ImportedRecord } from '../told-apart.js';
import { WholeCopies } from '../whole-copies.js';
import { pointsOf, usersMetric, type K6Point } from './k6-points.js';

type Tags = Readonly<Record<string, string>>;

interface Target {
  readonly name: string;
  /** A digest of what the name leaves out; undefined where it leaves out nothing. */
  readonly rest: string | undefined;
}

/** A URL without credentials, query and fragment, which may be secrets; a name that is no URL as it is. */
function targetOf(text: string): Target {
  const digest = (rest: string): string | undefined =>
    rest === '' ? undefined : `#${createHash('sha256').update(rest).digest('hex').slice(0, 8)}`;
  try {
    const { protocol, username, password, host, pathname, search, hash } = new URL(text);
    const credentials = username === '' && password === '' ? '' : `${username}:${password}@`;
    const other = protocol === 'http:' || protocol === 'https:' ? '' : protocol;
    return { name: `${host}${pathname}`, rest: digest(`${other}${credentials}${search}${hash}`) };
  } catch {
    const [name = text, ...rest] = text.split('?');
    return { name, rest: digest(rest.join('?')) };
  }
}

export const nameOfTarget = (text: string): string => targetOf(text).name;

/** k6's code for a request that took longer than it may. */
const timeoutCode = '1050';

/** k6 says of each request whether its response was expected; without that, a status from 200 to 399 is. */
export function outcomeOf({ expected_response: expected, status, error_code: code, outcome }: Tags): Outcome {
  const own = OutcomeSchema.safeParse(outcome);
  if (own.success) return own.data;
  const number = Number(status ?? 200);
  const good = expected === undefined ? number >= 200 && number < 400 : expected === 'true';
  if (good) return 'ok';
  if (code === timeoutCode || number === 504 || number === 408) return 'timeout';
  return number === 0 || number === 429 || number === 503
    ? 'rejected'
    : number >= 500
      ? 'crashed'
      : 'wrong-output';
}

/** Tags that say what became of a request, or who sent it: they do not identify it. */
const notIdentity = new Set(['expected_response', 'error', 'error_code', 'outcome', 'vu', 'iter', 'check']);
/** Tags of the response. A request that got none belongs to those that did. */
const ofResponses = new Set(['status', 'proto', 'tls_version', 'ocsp_status', 'ip', 'subproto']);
/** Groups of requests that k6 sends before and after the load. */
const setupGroup = /^::(?:setup|teardown)(?:::|$)/u;

/** The name of a field that stands for the number of users, known at the end. */
const factorNames: readonly string[] = Object.keys(CellSchema.shape);

interface CellOfTags {
  readonly cell: Cell;
  /** Tags that the cell already says. */
  readonly used: ReadonlySet<string>;
}

/** Stands for the most virtual users until they are known. */
const usersUnknown = Number.MAX_SAFE_INTEGER;

/** The cell that `lumos report --format k6-points` wrote as tags; undefined for tags of any other origin. */
function ownCellOf(tags: Tags): CellOfTags | undefined {
  const { concurrency, emulated, ...rest } = tags;
  const own = CellSchema.safeParse({
    ...rest,
    concurrency: concurrency === undefined ? usersUnknown : decimalOf(concurrency),
    ...(emulated === undefined ? {} : { emulated: emulated === 'true' }),
  });
  return own.success ? { cell: own.data, used: new Set(factorNames) } : undefined;
}

function cellOfTags(tags: Tags, options: ImportOptions, source: string): CellOfTags {
  const own = ownCellOf(tags);
  if (own !== undefined) return own;
  const target = isPooled(options, 'url') ? undefined : (tags['name'] ?? tags['url']);
  return {
    cell: {
      function:
        options.function ?? tags['function'] ?? (target === undefined ? source : nameOfTarget(target)),
      payload: tags['payload'] ?? 'none',
      runtime: options.runtime ?? tags['runtime'] ?? 'k6-target',
      class: options.class ?? 'container',
      environment: 'imported',
      start: 'warm',
      concurrency: usersUnknown,
    },
    used: new Set([
      'payload',
      ...(options.function === undefined ? ['function'] : []),
      ...(options.runtime === undefined ? ['runtime'] : []),
    ]),
  };
}

const isPooled = ({ pool = [] }: ImportOptions, name: string): boolean => pool.includes(name);

/** What identifies a request beyond its cell. `name` and `url` are one field, unless the script gave a name of its own. */
function fieldsOf(tags: Tags, { used }: CellOfTags, isOk: boolean): Fields {
  const { name, url, ...others } = tags;
  const target = name ?? url;
  const { name: shown, rest } =
    target === undefined ? { name: undefined, rest: undefined } : targetOf(target);
  const scheme = /^(https?):/u.exec(url ?? target ?? '')?.[1];
  const kept = Object.entries(others).filter(
    ([tag]) => !notIdentity.has(tag) && !used.has(tag) && (isOk || tag !== 'status'),
  );
  return {
    ...Object.fromEntries(kept),
    ...(shown === undefined ? {} : { url: shown }),
    ...(rest === undefined ? {} : { query: rest }),
    ...(scheme === undefined ? {} : { scheme }),
  };
}

function recordOf({ value, endedAt, tags }: K6Point, trial: number, own: CellOfTags): ImportedRecord {
  const outcome = outcomeOf(tags);
  const started = new Date(endedAt - value);
  const code = tags['error_code'];
  return {
    row: {
      ...own.cell,
      ...{ schema: measurementSchemaId, trial, invocation: 0, round: 0 },
      ...(Number.isNaN(started.getTime()) ? {} : { startedAt: started.toISOString() }),
      outcome,
      ...(outcome === 'ok'
        ? { latencyMs: milliseconds(value) }
        : {
            reason: `status ${tags['status'] ?? 'unknown'}${code === undefined ? '' : `, k6 error ${code}`}`,
          }),
    },
    fields: fieldsOf(tags, own, outcome === 'ok'),
  };
}

/** The cell with what tells its requests from others of its name: the method before it, the rest behind it. */
function namedCell(cell: Cell, differing: readonly (readonly [string, string])[]): Cell {
  const method = differing.find(([tag]) => tag === 'method')?.[1];
  const others = differing.filter(([tag]) => tag !== 'method').map(([tag, value]) => `${tag}=${value}`);
  const name = `${method === undefined ? '' : `${method} `}${cell.function}`;
  return { ...cell, function: others.length === 0 ? name : `${name} [${others.join(', ')}]` };
}

class K6Import {
  private users = 1;
  private leftOut = 0;
  private readonly copies = new WholeCopies();
  private readonly losses: SourceLosses;
  private readonly apart: ToldApart;

  constructor(
    private readonly path: string,
    private readonly options: ImportOptions,
  ) {
    this.losses = new SourceLosses(options);
    this.apart = new ToldApart({
      source: sourceName(path),
      ofResponses,
      pool: new Set(options.pool),
      name: (cell, differing) => this.finished(namedCell(cell, differing)),
    });
  }

  rows(): ImportedRows['rows'] {
    return this.apart.rows(this.records());
  }

  findings(): ValidityFinding[] {
    const { leftOut } = this;
    return [
      ...(leftOut === 0 ? [] : [setupLeftOut(leftOut)]),
      ...this.copies.findings(sourceName(this.path)),
      ...this.apart.findings(),
      ...this.losses.findings(),
    ];
  }

  private finished(cell: Cell): Cell {
    const { environment } = this.options;
    return {
      ...cell,
      concurrency: cell.concurrency === usersUnknown ? this.users : cell.concurrency,
      environment: environment ?? cell.environment,
    };
  }

  private async *records(): AsyncGenerator<ImportedRecord> {
    const name = sourceName(this.path).replace(/\.gz$/u, '');
    const source = name.slice(0, name.length - extname(name).length) || name;
    let trial = 0;
    for await (const point of pointsOf(this.path, this.losses)) {
      if (point.metric === usersMetric) this.users = Math.max(this.users, Math.round(point.value));
      else if (setupGroup.test(point.tags['group'] ?? '')) this.leftOut += 1;
      else if (!this.isCopy(point))
        yield this.inOneEnvironment(recordOf(point, trial++, cellOfTags(point.tags, this.options, source)));
    }
    this.copies.refuse(sourceName(this.path), 'Fetch the file again, or remove the copies.');
  }

  private isCopy({ value, time, tags }: K6Point): boolean {
    const record = JSON.stringify([value, time, Object.entries(tags).sort()]);
    return this.copies.add(record, { time, latencyMs: value });
  }

  /** With an environment of the user's, the records' own one tells them apart. */
  private inOneEnvironment({ row, fields }: ImportedRecord): ImportedRecord {
    if (this.options.environment === undefined) return { row, fields };
    return {
      row: { ...row, environment: this.options.environment },
      fields: { ...fields, environment: row.environment },
    };
  }
}

const setupLeftOut = (count: number): ValidityFinding => ({
  id: 'left-out',
  severity: 'notice',
  cells: [],
  text: `${count} ${count === 1 ? 'request' : 'requests'} of setup and teardown (groups ::setup, ::teardown) ${count === 1 ? 'was' : 'were'} left out: ${count === 1 ? 'it is' : 'they are'} no part of the load.`,
  advice: 'Nothing, unless a group of the load itself has one of these names: then rename it in the script.',
});

/** Any number of points, read once. */
export function importK6(path: string, options: ImportOptions = {}): ImportedRows {
  const source = new K6Import(path, options);
  return {
    rows: source.rows(),
    facts: () => ({
      name: 'imported-k6',
      description: 'imported from k6',
      runtimes: [],
      probes: {
        latency:
          'k6 http_req_duration: sending, waiting and receiving, on a connection that stands: not the connecting, not the wait for a virtual user',
      },
      findings: source.findings(),
    }),
  };
}
