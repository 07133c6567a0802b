/** Orders of a shop as a JSON array, and the report on them by JavaScript's own JSON. */
import { Buffer } from 'node:buffer';
import { ordersOfSize, reportOn } from '../../oracles/orders.js';

/** @typedef {import('../../oracles/orders.js').Order} Order */

/** @type {import('../../oracles/filled-list.js').ListFormat<Order>} */
const format = {
  itemBytes: (order) => Buffer.byteLength(JSON.stringify(order)),
  frameBytes: (count) => '[]'.length + ','.length * Math.max(0, count - 1),
};

/** @type {import('../../src/domain/function-manifest.js').OracleInput} */
export function input(step, random) {
  return Buffer.from(JSON.stringify(ordersOfSize(step.bytes ?? 0, random, format)));
}

/** @type {import('../../src/domain/function-manifest.js').OracleOutput} */
export function output(input) {
  const orders = /** @type {Order[]} */ (JSON.parse(Buffer.from(input).toString('utf8')));
  return Buffer.from(JSON.stringify(reportOn(orders)));
}
