/** Orders of a shop with all that makes strings hard, and the report on them by JavaScript's own JSON. */
import { Buffer } from 'node:buffer';

/**
 * @typedef {{ sku: string, quantity: number, unitPriceCents: number }} Item
 * @typedef {{ id: number, customer: string, country: string, items: Item[], note: string }} Order
 */

const customers = [
  'Ada Lovelace',
  'Zoë Ångström',
  'Łukasz Żak',
  'Sinéad O\u2019Brien',
  'Robert "Bob" Null',
  '山田 太郎',
  'Ольга Смирнова',
  'C:\\Users\\guest',
  'فاطمة',
];
const countries = ['de', 'AT', 'fr', 'Jp', 'pl', 'IE', 'gr'];
const skus = ['TEA-100', 'CUP-7', 'POT-XL', 'SPOON/2', 'FILTER-42', 'SUGAR-1KG'];
const prices = [99, 250, 499, 500, 1000, 1299, 24900];
const words =
  'please ring twice before noon leave it with the neighbour "fragile" naïve façade 50% ½ back\\slash tab\there line\nbreak bell\u0007 soh\u0001 del\u007f separator\u2028here 🍵 größer'.split(
    ' ',
  );
const padding = 'and do call before you come ';

/** @type {import('../../src/domain/function-manifest.js').Oracle['input']} */
export function input(step, random) {
  const wanted = step.bytes ?? 0;
  /** @type {Order[]} */
  const orders = [];
  let size = '[]'.length;
  for (;;) {
    const order = orders.length === 0 ? plainOrder() : anyOrder(orders.length, random);
    const larger = size + Buffer.byteLength(JSON.stringify(order)) + (orders.length === 0 ? 0 : ','.length);
    if (larger > wanted) break;
    orders.push(order);
    size = larger;
  }
  const last = orders.at(-1);
  if (last === undefined) throw new RangeError(`bytes: ${String(wanted)} are too few for one order`);
  last.note += padding.repeat(Math.ceil((wanted - size) / padding.length)).slice(0, wanted - size);
  return Buffer.from(JSON.stringify(orders));
}

/** The first order: small, so that the shortest payload holds one, and with an item, so that its report is not empty. */
function plainOrder() {
  return {
    id: firstId,
    customer: 'Grace Hopper',
    country: 'nl',
    items: [{ sku: 'TEA-100', quantity: 2, unitPriceCents: 499 }],
    note: '',
  };
}

const firstId = 9_000_000;

/**
 * Ids fall, so that orders that come to the same have to change places.
 * @param {number} index
 * @param {() => number} random
 * @returns {Order}
 */
function anyOrder(index, random) {
  const items = Array.from({ length: random() % 5 }, () => ({
    sku: oneOf(skus, random),
    quantity: 1 + (random() % 12),
    unitPriceCents: oneOf(prices, random),
  }));
  const note = Array.from({ length: random() % 16 }, () => oneOf(words, random)).join(' ');
  return {
    id: firstId - index,
    customer: oneOf(customers, random),
    country: oneOf(countries, random),
    items,
    note,
  };
}

/**
 * @template T
 * @param {readonly T[]} values
 * @param {() => number} random
 * @returns {T}
 */
function oneOf(values, random) {
  return /** @type {T} */ (values[random() % values.length]);
}

/** @type {import('../../src/domain/function-manifest.js').Oracle['output']} */
export function output(input) {
  const orders = /** @type {Order[]} */ (JSON.parse(Buffer.from(input).toString('utf8')));
  const lines = orders
    .filter((order) => order.items.length > 0)
    .map(({ id, customer, country, items, note }) => ({
      id,
      customer,
      country: country.toUpperCase(),
      lineCount: items.length,
      totalCents: items.reduce((sum, item) => sum + item.quantity * item.unitPriceCents, 0),
      note,
    }))
    .sort((a, b) => b.totalCents - a.totalCents || a.id - b.id);
  const totals = [...new Set(lines.map((line) => line.country))].sort().map((country) => {
    const own = lines.filter((line) => line.country === country);
    return { country, orders: own.length, totalCents: own.reduce((sum, line) => sum + line.totalCents, 0) };
  });
  return Buffer.from(JSON.stringify({ orders: lines, totals }));
}
