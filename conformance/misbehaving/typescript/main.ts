/** A function for the bad days, as src/main.rs: the payload is a command that tells it what to do wrong. */
import { writeSync } from 'node:fs';
import { decode, encode, type Context } from 'lumos-function';

const mebibyte = 1024 * 1024;
const pageLength = 4096;

let hangs = false;

export function handle(_context: Context, payload: Uint8Array): Uint8Array {
  const command = decode(payload);
  if (hangs) hang();
  hangs = command === 'hang-after-answer';
  const [verb = '', operand = ''] = command.split(/:(.*)/s);
  const obey = commands[verb];
  if (obey === undefined) throw new Error(`unknown command: ${verb}`);
  return obey(operand, command);
}

/** There is none for a stack without room: in JavaScript that is an exception, which the function answers as its error. */
const commands: Readonly<Record<string, (operand: string, command: string) => Uint8Array>> = {
  echo: (operand) => encode(operand),
  error: (operand) => {
    throw new Error(operand);
  },
  crash: () => process.abort(),
  panic: (operand) => {
    say(operand);
    return process.abort();
  },
  exit: (operand) => process.exit(Number(operand)),
  hang: () => hang(),
  'hang-after-answer': (_operand, command) => encode(command),
  garbage: () => {
    writeSync(process.stdout.fd, 'this is no frame\n');
    return new Uint8Array();
  },
  wrong: () => encode('not what was asked for'),
  flood: (operand) => new Uint8Array(Number(operand) * mebibyte),
  allocate: (operand) => encode(String(allocate(Number(operand) * mebibyte))),
  slow: (operand, command) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(operand));
    return encode(command);
  },
  stderr: (operand) => {
    say(operand);
    return encode(operand);
  },
};

const say = (line: string): void => void writeSync(process.stderr.fd, `${line}\n`);

/** Never answers, and uses the processor all the while. */
function hang(): never {
  let turns = 0;
  for (;;) turns = (turns + 1) | 0;
}

/** Takes so many bytes and writes to every page of them; returns how many those were. */
function allocate(length: number): number {
  const memory = new Uint8Array(length);
  for (let at = 0; at < length; at += pageLength) memory[at] = 1;
  return memory.length;
}
