/**
 * Records that would be in one cell although they differ: each kind of them becomes a cell of its own. A record brings the fields that
 * identify it beyond its cell. What differs within a cell is known only at the end of the source, which is read once, so
 * that records are kept in a spool until then.
 */
import { z } from 'zod';
import { invalidInput } from '../domain/errors.js';
import { cellKey, CellSchema, type Cell } from '../domain/factors.js';
import { MeasurementSchema, type Measurement } from '../domain/measurement.js';
import type { ValidityFinding } from '../domain/validity.js';
import { Spool } from './spool.js';

/** The most kinds of records: more are a field that is different in each record, not kinds. */
const mostKinds = 1000;

export type Fields = Readonly<Record<string, string>>;

export interface ImportedRecord {
  readonly row: Measurement;
  /** What identifies the record beyond its cell, by the source's own names; what is absent has no entry. */
  readonly fields: Fields;
}

export interface Separation {
  /** The source in messages. */
  readonly source: string;
  /** Fields that only a response has: a failure without one belongs to those that have it. */
  readonly ofResponses?: ReadonlySet<string>;
  /** A field that the importer itself reports. */
  readonly reported?: string;
  /** Fields that the user does not want to tell records apart by. */
  readonly pool: ReadonlySet<string>;
  /** The cell of a kind, with what tells it from the others that share its cell. Called after the last record. */
  readonly name: (cell: Cell, differing: readonly (readonly [string, string])[]) => Cell;
}

interface Kind {
  readonly cell: Cell;
  readonly fields: Fields;
  final: Cell | undefined;
}

const SpooledSchema = z.object({ row: MeasurementSchema, kind: z.number() });
type Spooled = z.infer<typeof SpooledSchema>;

const absent = '(none)';

export class ToldApart {
  private readonly kinds: Kind[] = [];
  private readonly kindOf = new Map<string, number>();
  private readonly pooled = new Map<string, Set<string>>();
  private readonly differing = new Map<string, Set<string>>();
  private readonly spool = new Spool<Spooled>();

  constructor(private readonly separation: Separation) {}

  /** The rows of `records` in their order, each in its cell. Reads all records before the first row. */
  async *rows(
    records: AsyncIterable<ImportedRecord> | Iterable<ImportedRecord>,
  ): AsyncGenerator<Measurement> {
    try {
      for await (const record of records) this.add(record);
      this.refuseUnusedPool();
      this.nameKinds();
      for (const { row, kind } of this.spool.values((value) => SpooledSchema.parse(value))) {
        const cell = this.kinds[kind]?.final;
        yield cell === undefined ? row : { ...row, ...cell };
      }
    } finally {
      this.spool.close();
    }
  }

  /** Known after the last record. */
  findings(): ValidityFinding[] {
    const apart = [...this.differing].map(([name, values]) => `${name} (${listed(values)})`);
    const pooled = [...this.pooled].filter(([, values]) => values.size > 1);
    return [
      ...(apart.length === 0 ? [] : [keptApart(apart)]),
      ...(pooled.length === 0
        ? []
        : [pooledFinding(pooled.map(([name, values]) => `${name} (${valueCount(values)})`))]),
    ];
  }

  private add({ row, fields }: ImportedRecord): void {
    const { pool, source } = this.separation;
    const own: Record<string, string> = {};
    for (const [name, value] of Object.entries(fields)) {
      if (pool.has(name)) this.notePooled(name, value);
      else own[name] = value;
    }
    const key = JSON.stringify([cellKey(row), row.class, ...Object.entries(own).sort(byName)]);
    let kind = this.kindOf.get(key);
    if (kind === undefined) {
      kind = this.kinds.length;
      this.kinds.push({ cell: CellSchema.parse(row), fields: own, final: undefined });
      this.kindOf.set(key, kind);
      if (this.kinds.length > mostKinds) throw tooMany(source, this.kinds);
    }
    this.spool.add({ row, kind });
  }

  private notePooled(name: string, value: string): void {
    const values = this.pooled.get(name) ?? new Set<string>();
    if (values.size <= mostKinds) values.add(value);
    this.pooled.set(name, values);
  }

  private refuseUnusedPool(): void {
    const { pool, source } = this.separation;
    const unused = [...pool].find((name) => !this.pooled.has(name));
    if (unused === undefined || this.kinds.length === 0) return;
    const names = [...new Set(this.kinds.flatMap(({ fields }) => Object.keys(fields)))].sort();
    throw invalidInput(
      `--pool ${unused}: no record of ${source} has a field of this name`,
      names.length === 0 ? 'Leave the option out.' : `There are: ${names.join(', ')}.`,
    );
  }

  private nameKinds(): void {
    const groups = new Map<string, Kind[]>();
    for (const kind of this.kinds) {
      const key = cellKey(kind.cell);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [kind]);
      else group.push(kind);
    }
    for (const group of groups.values()) {
      const differing = this.differingFields(group);
      for (const kind of group) {
        const own = differing.flatMap((name): (readonly [string, string])[] => {
          const value = this.valueOf(kind, name);
          return value === undefined ? [] : [[name, value]];
        });
        kind.final = this.separation.name(kind.cell, own);
      }
    }
  }

  /** Undefined where a failure lacks what only a response has. */
  private valueOf({ fields }: Kind, name: string): string | undefined {
    return fields[name] ?? (this.separation.ofResponses?.has(name) === true ? undefined : absent);
  }

  /** The names of the fewest fields that tell the kinds of a cell apart; those of responses are tried last. */
  private differingFields(group: readonly Kind[]): string[] {
    const isLate = (name: string): number => Number(this.separation.ofResponses?.has(name) === true);
    const names = [...new Set(group.flatMap(({ fields }) => Object.keys(fields)))].sort(
      (a, b) => isLate(a) - isLate(b) || (a < b ? -1 : 1),
    );
    /** Kinds that the fields so far do not tell apart. */
    let alike: readonly (readonly Kind[])[] = [group];
    return names.filter((name) => {
      const split = alike.map((some) => new Set(some.flatMap((kind) => this.valueOf(kind, name) ?? [])));
      if (split.every(({ size }) => size < 2)) return false;
      alike = alike.flatMap((some) => grouped(some, (kind) => this.valueOf(kind, name)));
      if (name !== this.separation.reported) this.noteDiffering(name, split);
      return true;
    });
  }

  private noteDiffering(name: string, values: readonly ReadonlySet<string>[]): void {
    const known = this.differing.get(name) ?? new Set<string>();
    for (const some of values) if (some.size > 1) for (const value of some) known.add(value);
    this.differing.set(name, known);
  }
}

const byName = ([a]: readonly [string, string], [b]: readonly [string, string]): number => (a < b ? -1 : 1);

const shown = 5;

function listed(values: ReadonlySet<string>): string {
  const some = [...values]
    .slice(0, shown)
    .map((value) => (value.length > 60 ? `${value.slice(0, 57)}...` : value));
  return `${some.join(', ')}${values.size > shown ? `, and ${values.size - shown} more` : ''}`;
}

const valueCount = (values: ReadonlySet<string>): string =>
  values.size > mostKinds ? `more than ${mostKinds} values` : `${values.size} values`;

function tooMany(source: string, kinds: readonly Kind[]): Error {
  const counts = new Map<string, Set<string>>();
  for (const { fields } of kinds)
    for (const [name, value] of Object.entries(fields)) {
      const values = counts.get(name) ?? new Set<string>();
      counts.set(name, values.add(value));
    }
  const [most] = [...counts].sort(([, a], [, b]) => b.size - a.size);
  return invalidInput(
    `${source}: more than ${mostKinds} kinds of records${most === undefined ? '' : `; the field ${most[0]} alone has ${most[1].size} values`}`,
    most === undefined
      ? 'Split the file.'
      : `Give the records of one kind one name in the tool that wrote them, or import with --pool ${most[0]}, which puts them together and says so.`,
  );
}

const keptApart = (apart: readonly string[]): ValidityFinding => ({
  id: 'same-name',
  severity: 'notice',
  cells: [],
  text: `Records of one name differ in ${apart.join('; ')}: they are cells of their own.`,
  advice: 'Put them together with --pool FIELD, where the field makes no difference.',
});

const pooledFinding = (pooled: readonly string[]): ValidityFinding => ({
  id: 'same-name',
  severity: 'warning',
  cells: [],
  text: `Records that differ in ${pooled.join(', ')} were put together, as --pool says.`,
  advice: 'A quantile over them is of a mixture. Leave --pool out to have a cell of each.',
});

function grouped<T>(values: readonly T[], keyOf: (value: T) => string | undefined): T[][] {
  const groups = new Map<string | undefined, T[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  return [...groups.values()];
}
