/** The standard streams of a container as one connection. */
import type Dockerode from 'dockerode';

/** What of dockerode's connection its types leave out. */
interface Modem {
  dial(
    request: {
      readonly path: string;
      readonly method: 'POST';
      readonly hijack: true;
      readonly isStream: true;
      readonly openStdin: false;
      readonly file: Buffer;
      readonly options: object;
      readonly statusCodes: Readonly<Record<number, true | string>>;
    },
    done: (error: Error | null, stream: NodeJS.ReadWriteStream) => void,
  ): void;
}

/**
 * Attaches to a container that has not started. dockerode's own `attach` writes its options into the body of the request:
 * Docker drops a body here, Podman takes it for the first bytes of the container's standard input. So this one has none.
 */
export function attachStreams(container: Dockerode.Container): Promise<NodeJS.ReadWriteStream> {
  const wanted = ['stream', 'stdin', 'stdout', 'stderr'].map((name) => `${name}=1`).join('&');
  return new Promise((resolve, reject) => {
    (container.modem as Modem).dial(
      {
        // dockerode takes off the last character of a path that has its query already.
        path: `/containers/${container.id}/attach?${wanted}&`,
        method: 'POST',
        hijack: true,
        isStream: true,
        openStdin: false,
        file: Buffer.alloc(0),
        options: {},
        statusCodes: { 200: true, 404: 'no such container', 500: 'server error' },
      },
      (error, stream) => (error === null ? resolve(stream) : reject(error)),
    );
  });
}
