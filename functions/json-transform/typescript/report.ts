/** The report on orders. */
import type { Order } from './orders.js';

interface Line {
  readonly id: number;
  readonly customer: string;
  readonly country: string;
  readonly lineCount: number;
  readonly totalCents: number;
  readonly note: string;
}

interface Total {
  readonly country: string;
  readonly orders: number;
  readonly totalCents: number;
}

/**
 * Orders of the same total in the order of their ids, countries in that of the alphabet.
 * @throws Error where an order, or the orders of a country, come to more cents than JavaScript's numbers hold exactly
 */
export function reportOn(orders: readonly Order[]): {
  readonly orders: readonly Line[];
  readonly totals: readonly Total[];
} {
  const lines = orders
    .filter(({ items }) => items.length > 0)
    .map(lineOf)
    .sort((a, b) => b.totalCents - a.totalCents || a.id - b.id);
  return { orders: lines, totals: totalsOf(lines) };
}

function lineOf({ id, customer, country, items, note }: Order): Line {
  let totalCents = 0;
  for (const { quantity, unitPriceCents } of items) totalCents += quantity * unitPriceCents;
  return {
    id,
    customer,
    country: country.toUpperCase(),
    lineCount: items.length,
    totalCents: exact(totalCents, `order ${id}`),
    note,
  };
}

function totalsOf(lines: readonly Line[]): Total[] {
  const byCountry = new Map<string, { orders: number; totalCents: number }>();
  for (const { country, totalCents } of lines) {
    const total = byCountry.get(country) ?? { orders: 0, totalCents: 0 };
    total.orders += 1;
    total.totalCents = exact(total.totalCents + totalCents, `country ${country}`);
    byCountry.set(country, total);
  }
  return [...byCountry]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([country, { orders, totalCents }]) => ({ country, orders, totalCents }));
}

function exact(cents: number, what: string): number {
  if (Number.isSafeInteger(cents)) return cents;
  throw new Error(`${what} comes to more cents than 53 bits hold`);
}
