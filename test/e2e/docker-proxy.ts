/** A way to the Docker daemon that a test can cut: to whoever goes through it, the daemon is then gone. */
import { createServer, createConnection, type Socket } from 'node:net';

export interface DockerProxy {
  /** For DOCKER_HOST. */
  readonly address: string;
  /** Ends every connection and takes no more. */
  cut(): Promise<void>;
}

export async function openDockerProxy(path: string, daemon = '/var/run/docker.sock'): Promise<DockerProxy> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = createConnection({ path: daemon, allowHalfOpen: true });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((listening) => server.listen(path, listening));
  return {
    address: `unix://${path}`,
    cut: async () => {
      const closed = new Promise<void>((done) => server.close(() => done()));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
