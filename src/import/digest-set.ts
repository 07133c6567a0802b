/** Which digests of 64 bits there were already. Two different records of ten million have one digest once in 300 000 sources. */

export class DigestSet {
  private table = new Uint32Array(1 << 12);
  private size = 0;

  /** Whether the digest is new. */
  add(high: number, low: number): boolean {
    // Zeros mark a free place.
    const own = low === 0 ? 1 : low;
    if (this.size * 4 >= this.table.length) this.grow();
    const isNew = put(this.table, high, own);
    if (isNew) this.size += 1;
    return isNew;
  }

  private grow(): void {
    const grown = new Uint32Array(2 * this.table.length);
    for (let i = 0; i < this.table.length; i += 2)
      if (this.table[i + 1] !== 0) put(grown, this.table[i] ?? 0, this.table[i + 1] ?? 0);
    this.table = grown;
  }
}

/** Open addressing with linear probing, in pairs of words. */
function put(table: Uint32Array, high: number, low: number): boolean {
  const places = table.length / 2;
  for (let place = low % places; ; place = (place + 1) % places) {
    const [ownHigh, ownLow] = [table[2 * place], table[2 * place + 1]];
    if (ownLow === 0) {
      table[2 * place] = high;
      table[2 * place + 1] = low;
      return true;
    }
    if (ownHigh === high && ownLow === low) return false;
  }
}
