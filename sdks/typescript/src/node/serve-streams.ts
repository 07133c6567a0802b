/** The loop that takes an invocation and returns a response, on frames. */
import { StreamError } from '../errors.js';
import type { Handle } from '../handle.js';
import { Instance, type OpenStore } from '../instance.js';
import { kinds, readyFrame, replyHeader } from './frames.js';
import { Host } from './host.js';
import { Reader } from './reader.js';
import type { Streams } from './streams.js';

/**
 * Serves the invocations of `streams` until they end between two frames.
 * @throws StreamError where the stream of frames cannot go on; an error of the function itself is a reply and ends nothing
 */
export async function serveStreams(handle: Handle, openStore: OpenStore, streams: Streams): Promise<void> {
  streams.write([readyFrame]);
  const reader = new Reader(streams);
  const host = new Host(reader, streams);
  const instance = new Instance(handle, (configuration) =>
    configuration.way === 'host' ? Promise.resolve(host) : openStore(configuration),
  );
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
    if (frame.kind === kinds.configure) {
      await instance.configure(frame.body);
      continue;
    }
    const { ok, head, body } = await instance.invoke(frame.body);
    if (host.broken !== undefined) throw asStreamError(host.broken);
    const length = body.reduce((sum, part) => sum + part.length, 0);
    streams.write([replyHeader(ok, head, length), ...body]);
  }
}

const asStreamError = (broken: unknown): Error =>
  broken instanceof Error ? broken : new StreamError(String(broken));
