/** A function as a process of Node: on the standard streams, or over HTTP at the address in `LUMOS_HTTP`. */
import { StreamError, messageOf } from '../errors.js';
import type { Handle } from '../handle.js';
import type { OpenStore } from '../instance.js';
import type { ServicePlace } from '../storage/configuration.js';
import type { Store } from '../storage/session.js';
import { Folder } from './file.js';
import { readyFrame } from './frames.js';
import { createFunctionServer } from './http.js';
import { serveStreams } from './serve-streams.js';
import { standardStreams } from './streams.js';

/** Names the address to serve at. */
const addressVariable = 'LUMOS_HTTP';

/** The exit code of an instance whose stream is broken, or that cannot have its address. */
const brokenStream = 2;

/** The services that the build has put a client in for. */
export interface Services {
  readonly redis?: () => Promise<(place: ServicePlace) => Store>;
  readonly s3?: () => Promise<(place: ServicePlace) => Store>;
}

/**
 * Serves until the standard input ends, and exits: with code 0 at its end between two frames, with code 2 and a line on
 * standard error where the stream is broken or the address cannot be had.
 */
export async function serve(handle: Handle, services: Services = {}): Promise<never> {
  const openStore = storesOf(services);
  const address = process.env[addressVariable];
  try {
    if (address === undefined) await serveStreams(handle, openStore, standardStreams);
    else await serveAt(address, handle, openStore);
  } catch (error) {
    const where = address === undefined ? '' : `${addressVariable}=${address}: `;
    process.stderr.write(`lumos-function: ${where}${messageOf(error)}\n`);
    return process.exit(brokenStream);
  }
  return process.exit(0);
}

const storesOf =
  (services: Services): OpenStore =>
  async (configuration) => {
    switch (configuration.way) {
      case 'file':
        return new Folder(configuration.folder);
      case 'redis':
      case 's3': {
        const client = services[configuration.way];
        if (client === undefined) {
          throw new StreamError(`this function was built without a client of ${configuration.way}`);
        }
        return (await client())(configuration.place);
      }
      case 'host':
        throw new StreamError('over HTTP there is no host to ask for objects');
      case 'inline':
        throw new StreamError('inline objects are in the payload');
    }
  };

async function serveAt(address: string, handle: Handle, openStore: OpenStore): Promise<void> {
  const [, host, port] = /^(.+):(\d+)$/.exec(address) ?? [];
  if (host === undefined) throw new Error('this is no ADDRESS:PORT');
  const server = createFunctionServer(handle, openStore);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(Number(port), host.replace(/^\[(.*)\]$/, '$1'), resolve);
  });
  standardStreams.write([readyFrame]);
  process.stdin.resume();
  await new Promise<void>((resolve) => process.stdin.once('end', resolve));
}
