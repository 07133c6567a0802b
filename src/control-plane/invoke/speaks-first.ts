/** Whether a server sends a response before it has a request. Such a response cannot be told from that to the first request. */
import type { Socket } from 'node:net';
import { passed, type Clock } from '../../domain/clock.js';
import { milliseconds } from '../../domain/units.js';
import type { Dialer } from './dialer.js';
import { quoted } from './http-head.js';

const listensMs = milliseconds(150);
const keptBytes = 256;

/** Connects, sends nothing and listens for a moment. @returns what the server did wrong; undefined also where none is there */
export async function speaksFirst(dialer: Dialer, clock: Clock): Promise<string | undefined> {
  let early = '';
  let socket: Socket | undefined;
  const buffer = Buffer.alloc(keptBytes);
  const stop = await new Promise<() => void>((resolve) => {
    const cancel = dialer.connect(
      {
        buffer,
        callback: (length) => {
          early ||= buffer.toString('latin1', 0, length);
          // What more comes stays where it is.
          return false;
        },
      },
      {
        onConnected: (connected) => {
          socket = connected.on('error', () => undefined);
          resolve(() => undefined);
        },
        onFailed: () => resolve(() => undefined),
      },
    );
    clock.after(listensMs, () => resolve(cancel));
  });
  if (socket !== undefined) await passed(clock, listensMs);
  stop();
  socket?.destroy();
  return early === '' ? undefined : `sent bytes before any request: ${quoted(early)}`;
}
