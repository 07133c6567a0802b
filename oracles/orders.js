/** Orders of a shop with all that makes strings hard, and the report on them, for every format they come in. */
import { filledList, padding } from './filled-list.js';
import { englishText } from './text.js';

/**
 * @typedef {{ sku: string, quantity: number, unitPriceCents: number }} Item
 * @typedef {{ id: number, customer: string, country: string, items: Item[], note: string }} Order
 * @typedef {{ id: number, customer: string, country: string, lineCount: number, totalCents: number, note: string }} Line
 * @typedef {{ country: string, orders: number, totalCents: number }} Total
 */

const givenNames =
  'Ada Zoë Łukasz Sinéad Robert Nguyễn Björk Émile Ravi Chloé Άννα Ольга José Anna Tove Ines'.split(' ');
const familyNames =
  'Lovelace Ångström Żak O\u2019Brien "Null" Müller Guðmundsdóttir Smith de\u00a0Vries Смирнова García Öztürk Park Silva'.split(
    ' ',
  );
const otherCustomers = ['山田 太郎', 'C:\\Users\\guest', 'فاطمة'];
const countries = ['de', 'AT', 'fr', 'Jp', 'pl', 'IE', 'gr'];
const goods = ['TEA', 'CUP', 'POT-XL', 'SPOON/2', 'FILTER', 'SUGAR-1KG', 'TRAY'];
const dearestCents = 30_000;
/** What JSON has to escape, what it must not, and what more than one byte stands for. */
const hardWords =
  '"fragile" naïve façade 50% ½ back\\slash tab\there line\nbreak bell\u0007 soh\u0001 del\u007f separator\u2028here 🍵 größer'.split(
    ' ',
  );
const longestProse = 240;
/** Bytes of different English. The text begins again after it, far beyond the window of a compressor. */
const mostProse = 2 ** 20;

/**
 * Orders that take exactly `bytes` bytes in a format.
 * @param {number} bytes
 * @param {() => number} random uniform 32-bit integers
 * @param {import('./filled-list.js').ListFormat<Order>} format one in which each letter more of a string takes a byte
 * more, or some more where its length has to be written in more bytes
 * @returns {[Order, ...Order[]]}
 */
export function ordersOfSize(bytes, random, format) {
  const prose = proseOf(englishText(Math.min(bytes, mostProse), random).toString('latin1'));
  const next = (/** @type {number} */ index) => anyOrder(index, random, prose);
  const { items, last, left } = filledList(bytes, plainOrder(), next, format);
  const wanted = format.itemBytes(last) + left;
  const { note, customer } = last;
  last.note = note + padding(left);
  for (let letters = left - 1; format.itemBytes(last) > wanted; letters -= 1)
    last.note = note + padding(letters);
  // What the note cannot take, because the next letter would need a longer length, goes to a string that is short.
  last.customer = customer + '.'.repeat(wanted - format.itemBytes(last));
  return items;
}

/**
 * Gives the next letters of a text, and begins again where it ends.
 * @param {string} text
 * @returns {(letters: number) => string}
 */
function proseOf(text) {
  let begin = 0;
  return (letters) => {
    if (begin + letters > text.length) begin = 0;
    begin += letters;
    return text.slice(begin - letters, begin);
  };
}

const firstId = 9_000_000;

/** The first order: small, so that the shortest payload holds one, and with an item, so that its report is not empty. */
function plainOrder() {
  return { id: firstId, customer: 'Grace Hopper', country: 'nl', items: plainItems(), note: '' };
}

function plainItems() {
  return [{ sku: 'TEA-100', quantity: 2, unitPriceCents: 499 }];
}

/**
 * Ids fall, so that orders that come to the same have to change places; one in eight comes to what the first does.
 * @param {number} index
 * @param {() => number} random
 * @param {(letters: number) => string} prose
 * @returns {Order}
 */
function anyOrder(index, random, prose) {
  const items = Array.from({ length: random() % 5 }, () => ({
    sku: `${oneOf(goods, random)}-${random() % 1000}`,
    quantity: 1 + (random() % 12),
    unitPriceCents: 1 + (random() % dearestCents),
  }));
  const hard = Array.from({ length: random() % 3 }, () => ` ${oneOf(hardWords, random)}`).join('');
  return {
    id: firstId - index,
    customer: customer(random),
    country: oneOf(countries, random),
    items: random() % 8 === 0 ? plainItems() : items,
    note: prose(random() % longestProse) + hard,
  };
}

/** @param {() => number} random */
function customer(random) {
  if (random() % 12 === 0) return oneOf(otherCustomers, random);
  return `${oneOf(givenNames, random)} ${oneOf(familyNames, random)}`;
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

/**
 * Orders that have items, the dearest first, each with what it comes to, and what those of each country come to.
 * @param {readonly Order[]} orders
 * @returns {{ orders: Line[], totals: Total[] }}
 */
export function reportOn(orders) {
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
  return { orders: lines, totals };
}
