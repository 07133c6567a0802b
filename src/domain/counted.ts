/** `1 cell`, `2 cells`. */
export const counted = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** The verb after a count: `1 cell is`, `2 cells are`. */
export const be = (n: number): string => (n === 1 ? 'is' : 'are');
