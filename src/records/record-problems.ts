/** What is wrong with the records of a run, counted while they are read: a bad line costs that line and not the run. */
import { invalidInput } from '../domain/errors.js';

/** How many lines of each file are named; the others are counted. */
const mostNamed = 5;

export interface FileProblems {
  readonly path: string;
  /** What a line of the file is, e.g. `row`. */
  readonly record: string;
  /** Records that were given out. */
  read: number;
  /** Lines that are no such record. */
  unreadable: number;
  /** Records with the name of another one in the file. */
  repeated: number;
  /** Records that the plan of the run does not have. */
  unplanned: number;
  /** The first of the unreadable lines, of the repeated and of the unplanned ones, each with its file, line and reason. */
  readonly firstUnreadable: string[];
  readonly firstRepeated: string[];
  readonly firstUnplanned: string[];
}

/** Collects problems, or refuses the first one where reading is strict. */
export class RecordProblems {
  private readonly files = new Map<string, FileProblems>();
  private readonly strict: boolean;

  constructor({ strict = false }: { readonly strict?: boolean } = {}) {
    this.strict = strict;
  }

  /** The files that were read, with or without problems. */
  all(): readonly FileProblems[] {
    return [...this.files.values()];
  }

  of(path: string, record: string): FileProblems {
    let file = this.files.get(path);
    if (file === undefined) {
      file = {
        ...{ path, record, read: 0, unreadable: 0, repeated: 0, unplanned: 0 },
        ...{ firstUnreadable: [], firstRepeated: [], firstUnplanned: [] },
      };
      this.files.set(path, file);
    }
    return file;
  }

  /** @param text the file, the line and the reason. @throws LumosError `invalid-input` where reading is strict */
  unreadable(file: FileProblems, text: string): void {
    this.refuseIfStrict(text);
    file.unreadable += 1;
    if (file.firstUnreadable.length < mostNamed) file.firstUnreadable.push(text);
  }

  /** @param text the file, the line and the name. @throws LumosError `invalid-input` where reading is strict */
  repeated(file: FileProblems, text: string): void {
    this.refuseIfStrict(text);
    file.repeated += 1;
    if (file.firstRepeated.length < mostNamed) file.firstRepeated.push(text);
  }

  /** @param text the file, the line and the reason. @throws LumosError `invalid-input` where reading is strict */
  unplanned(file: FileProblems, text: string): void {
    this.refuseIfStrict(text);
    file.unplanned += 1;
    if (file.firstUnplanned.length < mostNamed) file.firstUnplanned.push(text);
  }

  private refuseIfStrict(text: string): void {
    if (!this.strict) return;
    throw invalidInput(text, 'Remove or mend the line, or leave out --strict to go on without it.');
  }
}
