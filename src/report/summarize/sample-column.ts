/** One figure of many rows, kept as numbers in one piece of memory. */

const firstCapacity = 64;

/** A growing column of numbers, one a sample; a sample that has no such figure leaves its place empty. */
export class SampleColumn {
  private values = new Float64Array(0);
  private used = 0;

  /** Writes the figure of the sample at `index`; places never written stay empty. */
  set(index: number, value: number): void {
    if (index >= this.values.length) this.grow(index + 1);
    this.values[index] = value;
    if (index >= this.used) this.used = index + 1;
  }

  /** The figure of the sample at `index`; undefined where it has none. */
  at(index: number): number | undefined {
    const value = index < this.used ? this.values[index] : undefined;
    return value === undefined || Number.isNaN(value) ? undefined : value;
  }

  /** The figures that are there, in the order of their samples. */
  present(): Float64Array {
    return this.values.subarray(0, this.used).filter((value) => !Number.isNaN(value));
  }

  /** Of the figures in `other`, those of the samples that have a figure here: as many as `present` gives, in its order. */
  alongside(other: SampleColumn): Float64Array {
    const taken = new Float64Array(this.used);
    let count = 0;
    for (let i = 0; i < this.used; i++) {
      if (this.at(i) === undefined) continue;
      taken[count] = other.at(i) ?? Number.NaN;
      count += 1;
    }
    return taken.subarray(0, count);
  }

  private grow(needed: number): void {
    const larger = new Float64Array(Math.max(needed, firstCapacity, this.values.length * 2)).fill(Number.NaN);
    larger.set(this.values.subarray(0, this.used));
    this.values = larger;
  }
}
