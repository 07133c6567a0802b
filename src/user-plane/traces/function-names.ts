/** The names of a trace's functions, each kept once, by number. */

export class FunctionNames {
  private readonly numbers = new Map<string, number>();
  private readonly names: string[] = [];

  /** @param key what tells it from the others in the file @param name what it is called, asked for when it is new */
  numberOf(key: string, name: (key: string) => string = (itself) => itself): number {
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const number = this.names.length;
    this.numbers.set(key, number);
    this.names.push(name(key));
    return number;
  }

  nameOf(number: number): string {
    return this.names[number] ?? '';
  }
}
