/** What a component imports of `wasi:http` and `wasi:io`, as componentize-js gives it to JavaScript; as far as it is used. */
declare module 'wasi:http/types@0.2.10' {
  interface Disposed {
    [Symbol.dispose](): void;
  }
  interface Pollable extends Disposed {
    block(): void;
  }
  interface InputStream extends Disposed {
    /** @throws a value whose payload has the tag `closed` at the end */
    blockingRead(most: bigint): Uint8Array;
  }
  export interface OutputStream extends Disposed {
    checkWrite(): bigint;
    write(bytes: Uint8Array): void;
    flush(): void;
    subscribe(): Pollable;
  }
  export class Fields {
    static fromList(entries: readonly (readonly [name: string, value: Uint8Array])[]): Fields;
    get(name: string): readonly Uint8Array[];
  }
  export class IncomingBody {
    static finish(body: IncomingBody): Disposed;
    stream(): InputStream;
  }
  export class IncomingRequest {
    method(): { readonly tag: string };
    pathWithQuery(): string | undefined;
    headers(): Fields;
    consume(): IncomingBody;
  }
  export class OutgoingBody {
    static finish(body: OutgoingBody, trailers: undefined): void;
    write(): OutputStream;
  }
  export class OutgoingResponse {
    constructor(headers: Fields);
    setStatusCode(status: number): void;
    body(): OutgoingBody;
  }
  export class ResponseOutparam implements Disposed {
    [Symbol.dispose](): void;
    static set(
      answerTo: ResponseOutparam,
      response: { readonly tag: 'ok'; readonly val: OutgoingResponse },
    ): void;
  }
}
