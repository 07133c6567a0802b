/** A body as it comes in, in pieces of any size. */

/** Smaller pieces are put together: a buffer for each byte would take a hundred times the body's memory. */
const smallBytes = 4 * 1024;
const blockBytes = 16 * 1024;

export class BodyPieces {
  length = 0;
  private readonly pieces: Buffer[] = [];
  private block = Buffer.alloc(0);
  private used = 0;

  /** Keeps a copy: the piece may lie in a buffer that is read into again. */
  add(piece: Buffer): void {
    this.length += piece.length;
    if (piece.length >= smallBytes) {
      this.closeBlock();
      this.pieces.push(Buffer.from(piece));
      return;
    }
    if (this.used + piece.length > this.block.length) {
      this.closeBlock();
      this.block = Buffer.allocUnsafeSlow(this.length === piece.length ? piece.length : blockBytes);
    }
    piece.copy(this.block, this.used);
    this.used += piece.length;
  }

  whole(): Buffer {
    this.closeBlock();
    const [only, ...others] = this.pieces;
    return only !== undefined && others.length === 0 ? only : Buffer.concat(this.pieces);
  }

  private closeBlock(): void {
    if (this.used > 0) this.pieces.push(this.block.subarray(0, this.used));
    this.block = Buffer.alloc(0);
    this.used = 0;
  }
}
