/** Where a URL leads, looked up and checked before anything is sent. */
import { lookup } from 'node:dns/promises';
import { isIPv4 } from 'node:net';
import { invalidInput, LumosError, messageOf } from '../../domain/errors.js';

export interface UrlEndpoint {
  /** Every address of its name, in the order of the system: no request waits for a look-up. */
  readonly hosts: readonly string[];
  readonly port: number;
  /** As the `Host` header has it. */
  readonly authority: string;
  readonly path: string;
}

const isLoopback = (address: string): boolean =>
  isIPv4(address) ? address.startsWith('127.') : address === '::1';

/**
 * Finds where `text` leads. Whatever is not on this machine's loopback, by its addresses and not by the name, has to be among
 * `allowed`: a host, or a host and port. The addresses are looked up once, and used from then on.
 * @throws LumosError `invalid-input` for what is no http URL or is not allowed; `failed` for a name that there is not
 */
export async function findEndpoint(text: string, allowed: readonly string[]): Promise<UrlEndpoint> {
  if (!URL.canParse(text) || new URL(text).protocol !== 'http:')
    throw invalidInput(`"${text}" is no URL of the form http://host:port/path.`, urlAdvice(text));
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    throw invalidInput('The URL has a user or a password in it.', 'Give them with --header instead.');
  const name = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? 80 : Number(url.port);
  const hosts = await addressesOf(name);
  if (!hosts.every(isLoopback) && !allowed.some((one) => one === name || one === `${url.hostname}:${port}`))
    throw invalidInput(
      `${url.hostname}:${port} is not on this machine: a load goes nowhere else unless it is allowed to`,
      `If it is yours to load, add --allow-target ${url.hostname}:${port}.`,
    );
  return { hosts, port, authority: url.host, path: `${url.pathname}${url.search}` };
}

/** What to write in place of what is no http URL. */
function urlAdvice(text: string): string {
  if (/^https:/i.test(text)) return 'Lumos speaks no TLS: give the plain HTTP port of the server.';
  if (!text.includes('://') && URL.canParse(`http://${text}`)) return `Did you mean "http://${text}"?`;
  return 'For example: http://127.0.0.1:8080/.';
}

/** `localhost` is both loopback addresses, whatever the system's table has: a server may listen on one of them only. */
async function addressesOf(name: string): Promise<string[]> {
  const found = await lookup(name, { all: true, order: 'verbatim' }).catch((error: unknown) => {
    throw new LumosError('failed', `${name} cannot be found: ${messageOf(error)}`, {
      remedy: 'Check the name, or give an address, e.g. http://127.0.0.1:8080/.',
    });
  });
  const addresses = found.map(({ address }) => address);
  const isLocalhost = /^(?:.+\.)?localhost\.?$/.test(name) && addresses.every(isLoopback);
  return [...new Set(isLocalhost ? [...addresses, '127.0.0.1', '::1'] : addresses)];
}
