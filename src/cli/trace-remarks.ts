/** What a person should know of how a trace was read: rows that were left out, rows that were put together, its clock. */
import type { BadRow } from '../user-plane/traces/bad-rows.js';
import type { ReadTraceOptions } from '../user-plane/traces/read-trace.js';
import type { TraceFormat } from '../user-plane/traces/trace-format.js';
import { note, warning } from './output.js';

export class TraceRemarks {
  format: TraceFormat | undefined;
  /** Seconds on the file's own clock at its first arrival. */
  originSeconds: number | undefined;
  badRows = 0;
  private first: BadRow | undefined;
  private readonly cut: BadRow[] = [];
  private readonly notes: string[] = [];

  /** To be handed to whoever reads the trace. */
  readonly listeners: Pick<ReadTraceOptions, 'onBadRow' | 'onNote' | 'onFormat' | 'onOrigin'> = {
    onBadRow: (row) => {
      this.badRows += 1;
      if (row.isCut === true) this.cut.push(row);
      else this.first ??= row;
    },
    onNote: (text) => this.notes.push(text),
    onFormat: (format) => (this.format = format),
    onOrigin: (at) => (this.originSeconds = at / 1000),
  };

  get inJson(): { readonly badRows: number; readonly notes?: readonly string[] } {
    const notes = this.sentences();
    return { badRows: this.badRows, ...(notes.length === 0 ? {} : { notes }) };
  }

  /** To standard error. */
  note(): void {
    const { first } = this;
    const broken = this.badRows - this.cut.length;
    if (first !== undefined) {
      const rows = broken === 1 ? '1 broken row was' : `${broken} broken rows were`;
      note(warning(`${rows} left out, the first at ${first.file}:${first.line}: ${first.reason}`));
    }
    for (const sentence of this.sentences()) note(warning(sentence));
  }

  private sentences(): string[] {
    const cut = this.cut.map(
      ({ file, line, reason }) => `${file}:${line}: the last line is cut, and was left out: ${reason}`,
    );
    return [...this.notes, ...cut];
  }
}
