/** Bytes that come in pieces, kept so that many tiny pieces take no more memory than their bytes. */

/** A piece from this size on is worth an object of its own. */
const large = 4096;
/** The number of pieces that are kept without a copy. */
const keptAsTheyCome = 16;
const [smallestBlock, largestBlock] = [1024, 64 * 1024];

export class Pieces {
  private readonly whole: Buffer[] = [];
  private block: Buffer = Buffer.alloc(0);
  /** Where in the block what is not in `whole` yet begins and ends. */
  private from = 0;
  private to = 0;
  private total = 0;

  /** @param isShared whether whoever hands a piece over uses its memory again: each is then copied */
  constructor(private readonly isShared = false) {}

  /** Bytes so far. */
  get length(): number {
    return this.total;
  }

  add(piece: Buffer): void {
    if (piece.length === 0) return;
    this.total += piece.length;
    if (piece.length < large && (this.isShared || this.whole.length >= keptAsTheyCome)) this.copy(piece);
    else {
      this.close();
      this.whole.push(this.isShared ? Buffer.from(piece) : piece);
    }
  }

  /** All of it, in as many pieces as it is kept in. */
  list(): readonly Buffer[] {
    this.close();
    return this.whole;
  }

  /** All of it in one. */
  joined(): Buffer {
    const [only, ...others] = this.list();
    return only !== undefined && others.length === 0 ? only : Buffer.concat(this.whole);
  }

  private copy(piece: Buffer): void {
    let rest = piece;
    while (rest.length > 0) {
      if (this.to === this.block.length) this.openBlock();
      const copied = rest.copy(this.block, this.to);
      this.to += copied;
      rest = rest.subarray(copied);
    }
  }

  /** As large as what is there already: no more than half of the memory is ever unused. */
  private openBlock(): void {
    this.close();
    const size = Math.min(largestBlock, Math.max(smallestBlock, this.total));
    this.block = Buffer.allocUnsafeSlow(size);
    this.from = this.to = 0;
  }

  private close(): void {
    if (this.to > this.from) this.whole.push(this.block.subarray(this.from, this.to));
    this.from = this.to;
  }
}
