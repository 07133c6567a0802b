/** Ports for servers of our own. */
import { createServer } from 'node:net';

/**
 * A TCP port of the loopback address that nobody listens on now. Somebody may take it before it is used: who starts a
 * server on it has to look whether that server came up.
 */
export async function freeLoopbackPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('the loopback gave no port');
  return address.port;
}
