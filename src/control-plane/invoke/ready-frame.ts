/** The `ready` frame of a function that serves over HTTP: all that it writes to its standard output. */
import type { Readable } from 'node:stream';
import { bytes } from '../../domain/units.js';
import { checkReady, FrameParser, ProtocolError } from './frames.js';

const noBody = bytes(0);

/** Resolves when the function says that it is ready. @throws ProtocolError for anything else, or an end before that */
export function readyFrame(stdout: Readable): Promise<void> {
  return new Promise((resolve, reject) => {
    const parser = new FrameParser(noBody, (frame) => {
      checkReady(frame);
      resolve();
    });
    stdout.on('data', (chunk: Buffer) => {
      try {
        parser.push(chunk);
      } catch (error) {
        reject(
          error instanceof Error ? error : new ProtocolError('said something else than that it is ready'),
        );
      }
    });
    for (const event of ['end', 'close'] as const) {
      stdout.once(event, () => reject(new ProtocolError('ended before it said that it was ready')));
    }
  });
}
