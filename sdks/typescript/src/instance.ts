/** One instance of a function: what is the same whether it is asked by frames or over HTTP, in Node or in a component. */
import { Context } from './context.js';
import { messageOf, StreamError } from './errors.js';
import type { Handle } from './handle.js';
import type { Head } from './head.js';
import { parseConfiguration, type Configuration } from './storage/configuration.js';
import { InlineObjects } from './storage/inline.js';
import { Session, type Store } from './storage/session.js';

/** What came of an invocation: the parts of the response, or of the message, one after another. */
export interface Reply {
  readonly ok: boolean;
  readonly head: Head;
  readonly body: readonly Uint8Array[];
}

/** Where an engine can find objects besides the payload. */
export type OpenStore = (configuration: Configuration) => Promise<Store>;

/** What the protocol's largest frame leaves for a response, in bytes. */
export const largestResponse = 2 ** 30 - 64;

type Way = { readonly kind: 'inline' } | { readonly kind: 'store'; readonly store: Store };

/** Takes one invocation at a time. */
export class Instance {
  private sequence = 0;
  private limit = 0;
  private way: Way | undefined;

  /** @param openStore makes what the engine can reach; @throws StreamError for what it cannot */
  constructor(
    private readonly handle: Handle,
    private readonly openStore: OpenStore,
  ) {}

  /** Takes the body of a configure frame. @throws StreamError where it does not say where the objects are */
  async configure(body: Uint8Array): Promise<void> {
    const configuration = parseConfiguration(body);
    const way: Way =
      configuration.way === 'inline'
        ? { kind: 'inline' }
        : { kind: 'store', store: await this.openStore(configuration) };
    this.limit = configuration.limit;
    this.way = way;
  }

  async invoke(payload: Uint8Array): Promise<Reply> {
    this.sequence = (this.sequence + 1) >>> 0;
    const { way } = this;
    if (way === undefined) return await this.call(payload, undefined);
    if (way.kind === 'inline') return await this.callInline(payload);
    way.store.begin?.();
    const reply = await this.call(payload, way.store);
    await way.store.end?.();
    return reply;
  }

  private async callInline(payload: Uint8Array): Promise<Reply> {
    let objects: InlineObjects;
    try {
      objects = InlineObjects.open(payload);
    } catch (error) {
      return this.refused(messageOf(error));
    }
    const reply = await this.call(objects.payload, objects);
    return reply.ok ? limited({ ...reply, body: [...objects.objectsPut(), ...reply.body] }) : reply;
  }

  private async call(payload: Uint8Array, store: Store | undefined): Promise<Reply> {
    const context = new Context(
      this.sequence,
      store === undefined ? undefined : new Session(store, this.limit),
    );
    try {
      const given = this.handle(context, payload);
      const response = given instanceof Promise ? await given : given;
      if (!(response instanceof Uint8Array)) throw new Error('the function did not return a Uint8Array');
      return limited({ ok: true, head: context.head(), body: [response] });
    } catch (error) {
      return failed(context.head(), messageOf(error));
    }
  }

  private refused(message: string): Reply {
    return failed({ sequence: this.sequence, nanoseconds: {}, counts: undefined }, message);
  }
}

const failed = (head: Head, message: string): Reply => ({
  ok: false,
  head,
  body: [new TextEncoder().encode(message).subarray(0, largestResponse)],
});

/** The reply, or the error that no frame can hold it. */
function limited(reply: Reply): Reply {
  const length = reply.body.reduce((sum, part) => sum + part.length, 0);
  if (length <= largestResponse) return reply;
  const message = `a response of ${length} bytes is above the limit of ${largestResponse} bytes`;
  return failed(reply.head, message);
}

/** The header `lumos-configure`, taken up when it differs from the last. */
export class ConfigureHeader {
  private last: string | undefined;

  constructor(private readonly instance: Instance) {}

  /** @returns a line for whoever asked, where the header does not say where the objects are */
  async take(value: string | null | undefined): Promise<string | undefined> {
    if (value === null || value === undefined || value === this.last) return undefined;
    let body: Uint8Array;
    try {
      body = Uint8Array.from(atob(value), (letter) => letter.charCodeAt(0));
    } catch {
      return 'lumos-configure is not base64';
    }
    try {
      await this.instance.configure(body);
    } catch (error) {
      if (error instanceof StreamError) return `lumos-configure: ${error.message}`;
      throw error;
    }
    this.last = value;
    return undefined;
  }
}

/** Work in turns: one at a time, in the order in which it was asked for. */
export function inTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const now = last.then(work);
    last = now.catch(() => undefined);
    return now;
  };
}
