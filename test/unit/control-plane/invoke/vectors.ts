/** The test vectors of docs/protocol.md, read from its table. */
import { readFileSync } from 'node:fs';

/** Each frame by what the table calls it. */
export function protocolVectors(): Map<string, Buffer> {
  const [, table = ''] = readFileSync('docs/protocol.md', 'utf8').split('## Test vectors');
  const rows = [...table.matchAll(/^\| (.+?) +\| `([0-9a-f ]+)` +\|$/gm)];
  return new Map(rows.map(([, what = '', hex = '']) => [what, Buffer.from(hex.replaceAll(' ', ''), 'hex')]));
}
