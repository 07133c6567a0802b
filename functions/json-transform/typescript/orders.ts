/** The orders of a shop as they are read: what is none is refused, as a typed deserializer does. */

export interface Item {
  readonly sku: string;
  readonly quantity: number;
  readonly unitPriceCents: number;
}

export interface Order {
  readonly id: number;
  readonly customer: string;
  readonly country: string;
  readonly items: readonly Item[];
  readonly note: string;
}

/** @throws Error where `value` is no list of orders */
export function ordersIn(value: unknown): Order[] {
  const orders = listIn(value, 'the payload');
  for (const [index, order] of orders.entries()) checkOrder(order, `order ${index}`);
  return orders as Order[];
}

function checkOrder(value: unknown, what: string): void {
  const order = recordIn(value, what);
  checkNumber(order['id'], `the id of ${what}`);
  checkText(order['customer'], `the customer of ${what}`);
  checkText(order['country'], `the country of ${what}`);
  checkText(order['note'], `the note of ${what}`);
  for (const one of listIn(order['items'], `the items of ${what}`)) {
    const item = recordIn(one, `an item of ${what}`);
    checkText(item['sku'], `the sku of an item of ${what}`);
    checkNumber(item['quantity'], `the quantity of an item of ${what}`);
    checkNumber(item['unitPriceCents'], `the price of an item of ${what}`);
  }
}

function listIn(value: unknown, what: string): unknown[] {
  if (!Array.isArray(value)) throw new Error(`${what} is no list`);
  return value;
}

function recordIn(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error(`${what} is no object`);
  return value as Record<string, unknown>;
}

function checkText(value: unknown, what: string): void {
  if (typeof value !== 'string') throw new Error(`${what} is no text`);
}

/** Whole numbers that JavaScript holds exactly: up to 2^53 - 1. */
function checkNumber(value: unknown, what: string): void {
  if (!Number.isSafeInteger(value) || Number(value) < 0) throw new Error(`${what} is no whole number`);
}
