/** A binary heap of small numbers by a time that each has: what comes next of many series. */

export class LeastFirst {
  private readonly heap: Int32Array;
  private size = 0;

  /** @param times of each series; of equal times the lower number comes first */
  constructor(
    private readonly times: Float64Array,
    capacity: number,
  ) {
    this.heap = new Int32Array(capacity);
  }

  get isEmpty(): boolean {
    return this.size === 0;
  }

  push(series: number): void {
    let at = this.size;
    this.size += 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.heap[parent] as number;
      if (!this.isBefore(series, above)) break;
      this.heap[at] = above;
      at = parent;
    }
    this.heap[at] = series;
  }

  /** The first; undefined for none. */
  peek(): number | undefined {
    return this.size === 0 ? undefined : this.heap[0];
  }

  /** The first has another time now. */
  firstChanged(): void {
    this.sink(this.heap[0] as number);
  }

  /** The first has come to its end. */
  dropFirst(): void {
    this.size -= 1;
    if (this.size > 0) this.sink(this.heap[this.size] as number);
  }

  private sink(series: number): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.size) break;
      if (child + 1 < this.size && this.isBefore(this.heap[child + 1] as number, this.heap[child] as number))
        child += 1;
      const below = this.heap[child] as number;
      if (!this.isBefore(below, series)) break;
      this.heap[at] = below;
      at = child;
    }
    this.heap[at] = series;
  }

  private isBefore(a: number, b: number): boolean {
    const first = this.times[a] as number;
    const second = this.times[b] as number;
    return first < second || (first === second && a < b);
  }
}
