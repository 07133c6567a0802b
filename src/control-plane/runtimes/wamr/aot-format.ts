/** Whether iwasm can run what wamrc compiles: the format of its code changes between minor releases. */

const release = (version: string): string | undefined => /(\d+\.\d+)\./.exec(version)?.[1];

/** Why they do not fit, from what each says of its version; `undefined` where they do. */
export function haveOneFormat(iwasm: string, wamrc: string): string | undefined {
  const [runs, compiles] = [release(iwasm), release(wamrc)];
  if (runs !== undefined && runs === compiles) return undefined;
  return `iwasm is of ${iwasm} and wamrc of ${wamrc}: code is compiled for engines of one release`;
}
