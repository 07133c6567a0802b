/** What a component answers to a request: what is the same whatever the engine's words for requests are. */
import { StreamError } from '../errors.js';
import { encodeHead } from '../head.js';
import type { Handle } from '../handle.js';
import { ConfigureHeader, Instance, inTurns, type Reply } from '../instance.js';
import { encode } from '../text.js';

export interface Asked {
  /** In capitals. */
  readonly method: string;
  readonly path: string;
  /** The value of a header, by its name in small letters. */
  header(name: string): string | undefined;
  /** The whole body; `undefined` where it is larger than that many bytes. */
  body(most: number): Uint8Array | undefined;
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: readonly Uint8Array[];
}

const largestBody = 2 ** 30;
const tooLarge = 'the body is above the limit of 1 GiB';

/** What answers requests by one instance of the function, one at a time. */
export function createAnswerer(handle: Handle): (asked: Asked) => Promise<Answered> {
  const instance = new Instance(handle, ({ way }) =>
    Promise.reject(
      new StreamError(
        `a component made of JavaScript reaches objects in the payload only, and not by "${way}"`,
      ),
    ),
  );
  const configureHeader = new ConfigureHeader(instance);
  const oneAtATime = inTurns();
  return async (asked) => {
    if (asked.method !== 'POST') return text(405, 'a function takes POST');
    if (asked.path !== '/') return text(404, 'a function is at /');
    if (Number(asked.header('content-length') ?? 0) > largestBody) return text(413, tooLarge);
    const payload = asked.body(largestBody);
    if (payload === undefined) return text(413, tooLarge);
    const header = asked.header('lumos-configure');
    const result = await oneAtATime(
      async () => (await configureHeader.take(header)) ?? instance.invoke(payload),
    );
    return typeof result === 'string' ? text(400, result) : answerOf(result);
  };
}

const answerOf = ({ ok, head, body }: Reply): Answered => ({
  status: ok ? 200 : 500,
  headers: {
    'content-type': 'application/octet-stream',
    'content-length': String(body.reduce((sum, part) => sum + part.length, 0)),
    'lumos-head': encodeHead(head),
  },
  body,
});

function text(status: number, line: string): Answered {
  const body = encode(`${line}\n`);
  return {
    status,
    headers: { 'content-type': 'text/plain', 'content-length': String(body.length) },
    body: [body],
  };
}
