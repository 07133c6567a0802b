/**
 * Turns a JSON array of orders into a JSON report: orders that have items, the dearest first, each with what it comes to,
 * and what the orders of each country come to.
 */
import { decode, encode, type Context } from 'lumos-function';
import { ordersIn } from './orders.js';
import { reportOn } from './report.js';

export function handle(context: Context, payload: Uint8Array): Uint8Array {
  const orders = context.deserialize(() => ordersIn(JSON.parse(decode(payload))));
  const report = context.compute(() => reportOn(orders));
  return context.serialize(() => encode(JSON.stringify(report)));
}
