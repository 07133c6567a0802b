/** A table of sales, and what the sales of each name come to. */
import { Buffer } from 'node:buffer';

const names = [
  'tea',
  'cup',
  'pot',
  'spoon',
  'filter',
  'sugar',
  'honey',
  'milk',
  'tray',
  'kettle',
  'scone',
  'jam',
];

/** @type {import('../../src/domain/function-manifest.js').OracleInput} */
export const input = () => Buffer.from('input');

/** @type {import('../../src/domain/function-manifest.js').OracleObjects} */
export function objects(step, random) {
  const wanted = step.bytes ?? 0;
  const lines = [];
  let left = wanted;
  for (;;) {
    const name = names[random() % names.length] ?? '';
    const line = `${name},${String(1 + (random() % 24))},${String(10 * (1 + (random() % 999)))}\n`;
    if (line.length + shortest > left) break;
    lines.push(line);
    left -= line.length;
  }
  // The last line has a name as long as it takes.
  lines.push(`${'x'.repeat(left - ',1,1\n'.length)},1,1\n`);
  return { input: Buffer.from(lines.join('')) };
}

const shortest = 'x,1,1\n'.length;

/** @param {import('../../src/domain/function-manifest.js').StoredObjects} objects */
function report({ input: table = new Uint8Array() }) {
  /** @type {Map<string, { sales: number, quantity: number, cents: number }>} */
  const sums = new Map();
  for (const line of Buffer.from(table).toString('utf8').trimEnd().split('\n')) {
    const [name = '', quantity, cents] = line.split(',');
    const sum = sums.get(name) ?? { sales: 0, quantity: 0, cents: 0 };
    sum.sales += 1;
    sum.quantity += Number(quantity);
    sum.cents += Number(quantity) * Number(cents);
    sums.set(name, sum);
  }
  return Buffer.from(JSON.stringify(Object.fromEntries([...sums].sort(([a], [b]) => (a < b ? -1 : 1)))));
}

/** @type {import('../../src/domain/function-manifest.js').OracleOutput} */
export const output = (_input, objects) => Buffer.from(String(report(objects).length));

/** @type {import('../../src/domain/function-manifest.js').OracleStored} */
export const stored = (_input, objects) => ({ output: report(objects) });
