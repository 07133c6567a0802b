/** An even sample of a stream whose length is not known beforehand. */
import type { Random } from '../../stats/random.js';

/** Reservoir sampling, algorithm R (Vitter, "Random sampling with a reservoir", ACM TOMS 11, 1985). */
export class RowSample<Row> {
  private readonly kept: { readonly at: number; readonly row: Row }[] = [];
  private seen = 0;

  constructor(
    private readonly most: number,
    private readonly random: Random,
  ) {}

  /** @param make the row; called only for one that is kept */
  offer(make: () => Row): void {
    const at = this.seen++;
    if (at < this.most) {
      this.kept.push({ at, row: make() });
      return;
    }
    const place = Math.floor(this.random.uniform() * this.seen);
    if (place < this.most) this.kept[place] = { at, row: make() };
  }

  /** In the order in which they came. */
  rows(): Row[] {
    return [...this.kept].sort((a, b) => a.at - b.at).map(({ row }) => row);
  }
}
