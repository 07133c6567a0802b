/** What goes in comes in, and what comes out is right. */
import { LanguageSchema, type Transport } from '../../domain/factors.js';
import type { FunctionDefinition } from '../../domain/function-manifest.js';
import type { Runtime } from '../../domain/runtime.js';
import { bytes } from '../../domain/units.js';
import type { Behaviour } from '../behaviour.js';
import { expectBytes, expectEqual } from '../expectations.js';
import { answerOf, expectOk, only } from '../subject.js';

const mebibyte = 1024 * 1024;

/** Around the sizes at which buffers, pipes and pages end. */
const sizes = [0, 1, 255, 256, 257, 4095, 4096, 4097, 65_535, 65_536, 65_537, mebibyte, 16 * mebibyte];

const everyValue = 'every-value';

/** The function `echo` with a ladder of the suite's own: bytes of every value, in an order that does not repeat. */
export function echoOfAnything(echo: FunctionDefinition): FunctionDefinition {
  const steps = sizes.map((size) => ({ label: `bytes-${size}`, bytes: bytes(size) }));
  const input = (label: string, length: number): Uint8Array =>
    label === everyValue
      ? Uint8Array.from({ length }, (_, index) => index & 0xff)
      : Uint8Array.from({ length }, (_, index) => (index * 151 + (index >>> 8) * 31 + (index >>> 16)) & 0xff);
  return {
    ...echo,
    manifest: { ...echo.manifest, payloads: [{ label: everyValue, bytes: bytes(512) }, ...steps] },
    oracle: { input: (step) => input(step.label, step.bytes ?? 0), output: (payload) => payload },
  };
}

const ofEverySize: Behaviour[] = sizes.map((size) => ({
  name: `a payload of ${size} bytes comes in and goes out byte for byte`,
  group: 'payloads',
  async run(subject) {
    const bench = await subject.open(echoOfAnything(subject.function('echo')));
    const row = only(await bench.trial(`bytes-${size}`));
    expectOk(row);
    expectEqual('bytes of payload and response', [row.payloadBytes, row.responseBytes], [size, size]);
  },
}));

const everyByte: Behaviour = {
  name: 'every byte value goes in and out as it is, cold and warm',
  group: 'payloads',
  async run(subject) {
    const bench = await subject.open(echoOfAnything(subject.function('echo')));
    for (const start of ['cold', 'warm'] as const) {
      for (const row of await bench.trial(everyValue, { start, invocations: start === 'warm' ? 3 : 1 }))
        expectOk(row);
    }
  },
};

interface Length {
  readonly name: string;
  readonly label: string;
  readonly payload: number;
  readonly response: number;
  readonly by?: Behaviour['appliesTo'];
}

const interprets = ({ class: kind }: Runtime): boolean => kind === 'wasm-interpreted';

const lengths: readonly Length[] = [
  { name: 'hello-world', label: 'empty', payload: 0, response: 13 },
  { name: 'hello-world', label: 'small', payload: 64, response: 72 },
  { name: 'hello-world', label: 'huge', payload: 16 * mebibyte, response: 16 * mebibyte + 8 },
  { name: 'hashing', label: 'empty', payload: 0, response: 64 },
  { name: 'hashing', label: 'medium', payload: 65_536, response: 64 },
  // An interpreter hashes 16 MiB in up to a minute, which shows nothing that the 16 MiB above do not.
  { name: 'hashing', label: 'large', payload: mebibyte, response: 64, by: interprets },
  { name: 'hashing', label: 'huge', payload: 16 * mebibyte, response: 64, by: (one) => !interprets(one) },
];

const ladders: Behaviour[] = lengths.map(({ name, label, payload, response, by }) => ({
  name: `${name} takes ${payload} bytes and answers ${response}, as its oracle says`,
  group: 'payloads',
  ...(by === undefined ? {} : { appliesTo: by }),
  async run(subject) {
    const row = await subject.row(name, label);
    expectOk(row);
    expectEqual('bytes of payload and response', [row.payloadBytes, row.responseBytes], [payload, response]);
  },
}));

/** The label of a step that is neither the least nor long. */
export function modestLabel({ manifest }: FunctionDefinition): string {
  const labels = manifest.payloads.map((step) => step.label);
  return labels.includes('small') ? 'small' : (labels[1] ?? labels[0] ?? '');
}

const asNatively = (definition: FunctionDefinition): Behaviour => ({
  name: `${definition.manifest.name} answers the bytes that it answers natively, and its oracle takes them`,
  group: 'payloads',
  appliesTo: (runtime, transport) =>
    isWrittenFor(runtime, transport, definition) && isWhereFunctionsDiffer(runtime, transport),
  async run(subject) {
    const label = modestLabel(definition);
    const bench = await subject.open(definition);
    const answer = await answerOf(bench, label);
    const native = await subject.nativeAnswer(definition, label);
    // Where there are several right answers, another language may give another of them.
    const hasOneAnswer = definition.oracle.output !== undefined;
    if (hasOneAnswer || native.language === bench.language) expectBytes('answer', answer, native.bytes);
  },
});

/**
 * Functions are one program whichever way they are asked. So all of them are asked on every runtime by its usual transport,
 * and by every transport where nothing stands between (a bare process); the pairs that are left differ in nothing else.
 */
const isWhereFunctionsDiffer = ({ class: kind, transports }: Runtime, transport: Transport): boolean =>
  kind === 'process' || transport === transports[0];

/** Whether a function is in a language that a runtime runs at all; where its usual options do not let it, others may. */
function isWrittenFor(runtime: Runtime, transport: Transport, { manifest }: FunctionDefinition): boolean {
  const options = runtime.parseOptions({});
  return LanguageSchema.options.some((language) => {
    if (manifest.languages[language] === undefined) return false;
    try {
      return runtime.artifactKindFor(options, { reach: {}, transport, language }) !== undefined;
    } catch {
      return true;
    }
  });
}

/** The functions of the conformance suite itself, which are no functions for a user. */
const ofTheSuite = ['misbehaving', 'initialising'];

export const payloadBehaviours = (functions: readonly FunctionDefinition[]): Behaviour[] => [
  ...ofEverySize,
  everyByte,
  ...ladders,
  ...functions.filter(({ manifest }) => !ofTheSuite.includes(manifest.name)).map(asNatively),
];
