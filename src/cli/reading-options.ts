/** The option of every command that reads a run. */
export const strictOption = [
  '--strict',
  'refuse a run with a line that cannot be read or a record that is there twice (default: leave it out and count it)',
] as const;
