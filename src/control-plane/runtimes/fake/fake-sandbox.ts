/** A sandbox that follows a script, and speaks the real protocol over streams in memory. */
import { Readable, Writable } from 'node:stream';
import type { Clock } from '../../../domain/clock.js';
import { LumosError } from '../../../domain/errors.js';
import type { Accounting, ExitStatus, Sandbox } from '../../../domain/runtime.js';
import { milliseconds, type Milliseconds } from '../../../domain/units.js';
import { frameKinds } from '../../invoke/frames.js';
import {
  encodeAnswer,
  encodeFrame,
  encodeReady,
  FrameReader,
  type ReceivedFrame,
} from './function-frames.js';
import type { InvocationScript, SandboxScript } from './script.js';

const oneMillisecond = milliseconds(1);
const answersAtOnce = (): InvocationScript => ({ does: 'answer', takes: oneMillisecond });
/** Bytes of a flood that are really written. */
const floodPiece = Buffer.alloc(64 * 1024);

export interface FakeFunction {
  readonly clock: Clock;
  readonly respond: (payload: Uint8Array) => Uint8Array;
  /** Called with the lines that tell the function where its objects are. */
  readonly onConfigured: (lines: string) => void;
  /** Called once when nothing is left of the sandbox. */
  readonly onRemoved: () => void;
}

export class FakeSandbox implements Sandbox {
  readonly stdin: Writable;
  readonly stdout = new Readable({ read: () => undefined });
  readonly exited: Promise<ExitStatus>;
  private end: (status: ExitStatus) => void = () => undefined;
  private ended = false;
  private removal: Promise<void> | undefined;
  private refusals = 0;
  private stderr = '';
  private onResult: (result: Buffer) => void = () => undefined;
  private served = 0;
  private isReady = false;
  private readonly waiting: Buffer[] = [];
  private readonly timers = new Set<() => void>();

  /** @param elapsed how long ago it was asked for */
  constructor(
    private readonly script: SandboxScript,
    private readonly subject: FakeFunction,
    elapsed: Milliseconds,
  ) {
    this.exited = new Promise((resolve) => (this.end = resolve));
    const reader = new FrameReader();
    this.stdin = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        for (const frame of reader.push(chunk)) this.receive(frame);
        done();
      },
      final: (done) => {
        this.exit({ code: 0 });
        done();
      },
    });
    const { ready = oneMillisecond } = script;
    if (ready !== 'never') this.later(milliseconds(Math.max(0, ready - elapsed)), () => this.sayReady());
  }

  /** No counters: there is no process. */
  accounting(): Promise<Accounting> {
    return Promise.resolve({ processes: () => [] });
  }

  stderrTail(): string {
    return this.stderr;
  }

  remove(): Promise<void> {
    const { removeFails, removeFailures = 1 } = this.script;
    if (removeFails !== undefined && this.refusals < removeFailures) {
      this.refusals += 1;
      return Promise.reject(new LumosError('failed', removeFails));
    }
    this.removal ??= Promise.resolve().then(() => {
      this.exit({ signal: 'SIGKILL' });
      this.subject.onRemoved();
    });
    return this.removal;
  }

  private sayReady(): void {
    this.stdout.push(encodeReady());
    this.isReady = true;
    for (const payload of this.waiting.splice(0)) this.serve(payload);
  }

  private receive({ kind, body }: ReceivedFrame): void {
    if (kind === frameKinds.invoke) this.take(body);
    else if (kind === frameKinds.configure) this.subject.onConfigured(body.toString('utf8'));
    else this.onResult(body);
  }

  private take(payload: Buffer): void {
    if (this.isReady) this.serve(payload);
    else this.waiting.push(payload);
  }

  private serve(payload: Buffer): void {
    this.served += 1;
    const sequence = this.served;
    const script = (this.script.invocation ?? answersAtOnce)(sequence);
    this.later(script.takes, () =>
      this.ask(script.asks ?? [], [], (results) =>
        this.act(
          script,
          script.claimsSequence ?? sequence,
          script.echoesResults === true ? results : payload,
        ),
      ),
    );
  }

  /** Asks the host one thing after the other, and hands on the results in one piece. */
  private ask(requests: readonly Uint8Array[], results: Buffer[], done: (results: Buffer) => void): void {
    const [request, ...others] = requests;
    if (request === undefined) {
      done(Buffer.concat(results));
      return;
    }
    this.onResult = (result) => this.ask(others, [...results, result], done);
    this.stdout.push(request);
  }

  private act(script: InvocationScript, sequence: number, payload: Buffer): void {
    const { phases = {} } = script;
    const answer = (response: Uint8Array): Buffer => encodeAnswer('answer', sequence, phases, response);
    switch (script.does) {
      case 'answer':
        this.stdout.push(answer(this.subject.respond(payload)));
        break;
      case 'answer-with':
        this.stdout.push(answer(script.response));
        break;
      case 'answer-twice':
        this.stdout.push(answer(this.subject.respond(payload)));
        this.stdout.push(answer(this.subject.respond(payload)));
        break;
      case 'report-error':
        this.stdout.push(encodeAnswer('error', sequence, phases, Buffer.from(script.message)));
        break;
      case 'say-ready':
        this.stdout.push(encodeReady());
        break;
      case 'write':
        this.stdout.push(script.bytes);
        break;
      case 'flood':
        this.stdout.push(encodeFrame(frameKinds.answer, floodPiece, script.responseBytes + answerHeadBytes));
        break;
      case 'exit':
        this.stderr = script.stderr ?? '';
        this.exit(script.status);
        break;
      case 'hang':
        break;
    }
  }

  private exit(status: Partial<ExitStatus>): void {
    if (this.ended) return;
    this.ended = true;
    for (const cancel of this.timers) cancel();
    this.stdout.push(null);
    this.end({ code: undefined, signal: undefined, outOfMemory: false, ...status });
  }

  private later(delay: Milliseconds, callback: () => void): void {
    const cancel = this.subject.clock.after(delay, () => {
      this.timers.delete(cancel);
      callback();
    });
    this.timers.add(cancel);
  }
}

const answerHeadBytes =
  encodeAnswer('answer', 1, {}, new Uint8Array()).length - encodeFrame(0, new Uint8Array()).length;
