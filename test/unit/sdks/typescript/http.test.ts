/** The same requests to Node's server and to what a component answers with. */
import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAnswerer } from '../../../../sdks/typescript/src/component/answer.js';
import type { Handle } from '../../../../sdks/typescript/src/handle.js';
import { createFunctionServer } from '../../../../sdks/typescript/src/node/http.js';
import { decode, encode } from '../../../../sdks/typescript/src/text.js';
import { parseHead } from './scripted-streams.js';

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly head: string | null;
  readonly length: string | null;
}
interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly body?: string;
  readonly configure?: string;
}
type Ask = (asked: Asked) => Promise<Answer>;

let running = 0;
let mostAtOnce = 0;
/** Answers what it is given or, where it has objects, the object of that key. */
const handle: Handle = async (context, payload) => {
  running += 1;
  mostAtOnce = Math.max(mostAtOnce, running);
  await new Promise((resolve) => setTimeout(resolve, 2));
  running -= 1;
  const said = decode(payload);
  if (said === 'fail') throw new Error('bad');
  return said === 'input' ? await context.get(said) : context.compute(() => encode(said));
};

const nowhere = (): Promise<never> => Promise.reject(new Error('no store'));
const server = createFunctionServer(handle, nowhere);
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const headersOf = (configure: string | undefined): Record<string, string> =>
  configure === undefined ? {} : { 'lumos-configure': configure };

const agent = new Agent({ keepAlive: true });
afterAll(() => agent.destroy());
const overHttp: Ask = async ({ method = 'POST', path = '/', body = '', configure }) => {
  const { port } = server.address() as AddressInfo;
  const asked = httpRequest({
    host: '127.0.0.1',
    port,
    agent,
    method,
    path,
    headers: { ...headersOf(configure), 'content-length': Buffer.byteLength(body) },
  });
  asked.end(body);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const { 'lumos-head': head, 'content-length': length = null } = response.headers;
  return {
    status: response.statusCode ?? 0,
    body: await text(response),
    head: typeof head === 'string' ? head : null,
    length,
  };
};

const answer = createAnswerer(handle);
const asComponent: Ask = async ({ method = 'POST', path = '/', body = '', configure }) => {
  const {
    status,
    headers,
    body: parts,
  } = await answer({
    method,
    path,
    header: (name) => headersOf(configure)[name],
    body: (most) => (body.length > most ? undefined : encode(body)),
  });
  return {
    status,
    body: Buffer.concat(parts).toString(),
    head: headers['lumos-head'] ?? null,
    length: headers['content-length'] ?? null,
  };
};

const base64 = (said: string): string => Buffer.from(said).toString('base64');
const inline = base64('storage=inline\nlimit=100\n');
const withObject = '\x01\0\0\0\x05\0input\x02\0\0\0hiinput';

describe.each([
  ['Node', overHttp],
  ['a component', asComponent],
])('a function in %s that is asked over HTTP', (_, ask) => {
  it('answers with its head, counting on, one invocation at a time', async () => {
    mostAtOnce = 0;
    const answers = await Promise.all(['a', 'bb', 'ccc'].map((body) => ask({ body })));
    expect(answers.map(({ status, body, length }) => [status, body, length])).toEqual([
      [200, 'a', '1'],
      [200, 'bb', '2'],
      [200, 'ccc', '3'],
    ]);
    const heads = answers.map(({ head }) => parseHead(Buffer.from(head ?? '', 'base64')));
    expect(heads.map(({ sequence }) => sequence).sort()).toEqual([1, 2, 3]);
    for (const { phases } of heads) expect(phases[2]).toBeTypeOf('bigint');
    expect(mostAtOnce).toBe(1);
  });

  it('answers its own error with 500, the message and its head', async () => {
    const { status, body, head } = await ask({ body: 'fail' });
    expect([status, body]).toEqual([500, 'bad']);
    expect(Buffer.from(head ?? '', 'base64')).toHaveLength(64);
  });

  it.each([
    [{ method: 'GET' }, 405, 'a function takes POST\n'],
    [{ path: '/other' }, 404, 'a function is at /\n'],
    [{ configure: '***' }, 400, 'lumos-configure is not base64\n'],
    [
      { configure: base64('storage=tape\nlimit=1\n') },
      400,
      "lumos-configure: the configuration of the storage: its storage is none of the protocol's\n",
    ],
  ])('refuses %j with %d and no head', async (asked, status, body) => {
    expect(await ask(asked)).toEqual({ status, body, head: null, length: String(body.length) });
  });

  it('takes its configuration from the request and keeps it', async () => {
    const first = await ask({ body: withObject, configure: inline });
    expect([first.status, first.body]).toEqual([200, '\0\0\0\0hi']);
    expect(parseHead(Buffer.from(first.head ?? '', 'base64')).counts).toEqual([0n, 2n, 0n]);
    const again = await ask({ body: withObject });
    expect([again.status, again.body]).toEqual([200, '\0\0\0\0hi']);
    const broken = await ask({ body: 'x', configure: inline });
    expect([broken.status, broken.body]).toEqual([
      500,
      'storage: the payload does not begin with whole objects',
    ]);
  });
});

describe('what is no request', () => {
  async function said(head: string): Promise<string> {
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    socket.write(head);
    return (await text(socket)).split('\r\n')[0] ?? '';
  }

  it.each([
    ['garbage', 'garbage\r\n\r\n', '400 Bad Request'],
    [
      'too large a head',
      `POST / HTTP/1.1\r\nhost: f\r\nlumos-configure: ${'x'.repeat(70_000)}\r\n\r\n`,
      '431 Request Header Fields Too Large',
    ],
    [
      'too large a body',
      'POST / HTTP/1.1\r\nhost: f\r\nconnection: close\r\ncontent-length: 1073741825\r\n\r\n',
      '413 Payload Too Large',
    ],
  ])('is told so by Node: %s', async (_, head, status) => {
    expect(await said(head)).toBe(`HTTP/1.1 ${status}`);
  });

  it('is told so by a component: too large a body, said or come', async () => {
    const asked = { method: 'POST', path: '/', header: () => undefined, body: () => undefined };
    const said = await answer({
      ...asked,
      header: (name) => (name === 'content-length' ? '1073741825' : undefined),
    });
    expect([said.status, (await answer(asked)).status]).toEqual([413, 413]);
  });

  it('is told by a component that reaches nothing but the payload', async () => {
    const configure = base64('storage=file\naccess=direct\nfolder=/data\nlimit=1\n');
    const { status, body } = await asComponent({ configure });
    expect([status, body]).toEqual([
      400,
      'lumos-configure: a component made of JavaScript reaches objects in the payload only, and not by "file"\n',
    ]);
  });
});
