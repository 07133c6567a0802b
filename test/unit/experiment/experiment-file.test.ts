import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LumosError } from '../../../src/domain/errors.js';
import { loadExperiment, parseExperiment } from '../../../src/experiment/experiment-file.js';

const base = 'name: mine\nfunctions: [hashing]\nruntimes: [native]\n';

function refusal(work: () => unknown): LumosError {
  try {
    work();
  } catch (error) {
    if (error instanceof LumosError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
const refused = (text: string): LumosError => refusal(() => parseExperiment(base + text, 'my.yaml'));

describe('payloads that a file does not name', () => {
  const loaded = (text: string): string[] => {
    const folder = mkdtempSync(join(tmpdir(), 'lumos-experiment-'));
    try {
      writeFileSync(join(folder, 'mine.yaml'), base + text);
      return loadExperiment(join(folder, 'mine.yaml'), folder).payloads;
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  it('are the usual one, or the smallest of a function that has none of that name', () => {
    expect(loaded('')).toEqual(['small', 'otherwise-smallest']);
    expect(loaded('payloads: small\n')).toEqual(['small']);
  });
});

describe('an experiment file', () => {
  it('has every default filled in', () => {
    expect(parseExperiment(base, 'my.yaml')).toEqual({
      schema: 'lumos/experiment@1',
      name: 'mine',
      description: '',
      functions: ['hashing'],
      runtimes: ['native'],
      payloads: ['small', 'otherwise-smallest'],
      starts: ['cold', 'warm'],
      access: ['host'],
      connection: ['reused'],
      concurrency: [1],
      environment: 'local',
      seed: 1,
      repetitions: { cold: 30, warm: 100 },
      warm: { sandboxes: 10, invocationsPerSandbox: 10, warmups: 3, pauseMs: 0 },
      cold: { pauseMs: 0 },
      timeLimitMs: 30_000,
      pageCache: 'warm',
      margin: 0.05,
      exceptions: [],
      analyses: [],
      slo: [],
      limits: { responseMiB: 64, objectMiB: 64 },
      options: {},
    });
  });

  it('says an unknown key with the nearest', () => {
    const error = refused('repetition: 5\n');
    expect(error.kind).toBe('invalid-input');
    expect(error.message).toBe('my.yaml: unknown key "repetition"');
    expect(error.remedy).toContain('Did you mean "repetitions"?');
  });

  it('says an unknown key within a key with the nearest there', () => {
    const error = refused('repetitions: { cold: 3, wram: 5 }\n');
    expect(error.message).toBe('my.yaml: repetitions: unknown key "wram"');
    expect(error.remedy).toBe('Did you mean "warm"? Keys here: cold, warm.');
  });

  it.each([
    ['payloads: {}\n', 'my.yaml: payloads.0: expected a text, found a map of keys and values'],
    ['repetitions: { cold: many }\n', 'my.yaml: repetitions.cold: expected a number, found the text "many"'],
    ['seed: 1.5\n', 'my.yaml: seed: expected a whole number, found 1.5'],
    ['timeLimitMs: 0\n', 'my.yaml: timeLimitMs: must be above 0'],
    ['runtimes: []\n', 'my.yaml: runtimes: the list is empty'],
    [
      'options: { docker: none }\n',
      'my.yaml: options.docker: expected options, e.g. { network: none }, or a list of such sets of options',
    ],
    [
      'starts: [cold, hot]\n',
      'my.yaml: starts.1: expected cold, snapshot, fresh or warm, found the text "hot"',
    ],
  ])('says of %j which key it is and what was expected', (text, message) => {
    const lines = base.split('\n').filter((line) => !text.startsWith(line.split(':')[0] ?? ''));
    const error = refusal(() => parseExperiment(`${lines.join('\n')}\n${text}`, 'my.yaml'));
    expect(error.message).toBe(message);
  });

  it('may have one item in place of a list, a number in place of a name, and one number of repetitions', () => {
    const text =
      'name: 2024\nfunctions: hashing\nruntimes: native\npayloads: [50]\nstarts: cold\nconcurrency: 8\nbaseline: native\n' +
      'repetitions: 5\nexceptions: { payloads: 50, repetitions: 2 }\nanalyses: league\nslo: p95 < 50ms\n' +
      'load: { rates: 20, precision: 0.05, pin: { harness: 0, sandboxes: 1 } }\n';
    expect(parseExperiment(text, 'my.yaml')).toMatchObject({
      ...{ name: '2024', functions: ['hashing'], runtimes: ['native'], payloads: ['50'], starts: ['cold'] },
      ...{ concurrency: [8], repetitions: { cold: 5, warm: 5 }, analyses: ['league'], slo: ['p95 < 50ms'] },
      exceptions: [{ payloads: ['50'], repetitions: { cold: 2, warm: 2 } }],
      load: {
        rates: [20],
        precision: { quantile: 'p50', width: 0.05 },
        pin: { harness: '0', sandboxes: ['1'] },
      },
    });
  });

  it('may have several names in one text, as on the command line, and several environments under either word', () => {
    const text =
      'name: x\nfunctions: echo, hashing\nruntimes: native, wasmtime-aot\nenvironment: [local, edge]\n';
    expect(parseExperiment(text, 'my.yaml')).toMatchObject({
      functions: ['echo', 'hashing'],
      runtimes: ['native', 'wasmtime-aot'],
      environments: ['local', 'edge'],
    });
  });

  it('says of a key that is missing that it is', () => {
    expect(refusal(() => parseExperiment('functions: echo\nruntimes: native\n', 'my.yaml')).message).toBe(
      'my.yaml: name: is missing: a text is expected',
    );
  });

  it('where it names no payloads means the smallest of a function that has none of its own by the usual label', () => {
    expect(parseExperiment(base, 'my.yaml').payloads).toEqual(['small', 'otherwise-smallest']);
  });

  it('may call slo objectives, but not have both', () => {
    expect(parseExperiment(`${base}objectives: [p95 < 50ms]\n`, 'my.yaml').slo).toEqual(['p95 < 50ms']);
    expect(refused('objectives: [p95 < 50ms]\nslo: [p50 < 5ms]\n').message).toBe(
      'my.yaml: objectives: is another word for slo, which is there too',
    );
  });

  it('names objectives as they were called, and the keys of one', () => {
    expect(refused('objectives: [p95 < 50ms, pi < 3]\n').message).toMatch(/^my\.yaml: objectives\.1: /);
    const { message, remedy } = refused('slo: [{ objective: p95 < 50ms, startz: cold }]\n');
    expect(message).toBe('my.yaml: slo.0: unknown key "startz"');
    expect(remedy).toBe('Did you mean "starts"? Keys here: objective, functions, runtimes, starts.');
  });

  it('says that repetitions are numbers', () => {
    expect(refused('repetitions: "5"\n').message).toBe(
      'my.yaml: repetitions: expected a number, or { cold: number, warm: number }, found "5"',
    );
    expect(refused('repetitions: { cold: 5, wram: 5 }\n').message).toBe(
      'my.yaml: repetitions: unknown key "wram"',
    );
  });

  it('has environment or environments', () => {
    expect(refused('environment: edge\nenvironments: [local]\n').message).toBe(
      'my.yaml: environment and environments are both there, and only one of them can count',
    );
  });

  it('says every wrong key at once', () => {
    expect(refused('seed: x\nmargin: 2\n').message).toMatch(/seed: .*; margin: /);
  });

  it('says in which line it is no YAML', () => {
    expect(refused('payloads: [small\nseed: 1\n').message).toMatch(/^my\.yaml:\d+: not YAML: /);
  });

  it.each(['', 'just text', '- 1\n'])('refuses %j, which is no mapping', (text) => {
    expect(refusal(() => parseExperiment(text, 'my.yaml')).message).toMatch(
      /^my\.yaml: the file: expected a map of keys and values, found /,
    );
  });
});

describe('an experiment’s name', () => {
  it('is a built-in’s', () => {
    expect(loadExperiment('quickstart', 'experiments').name).toBe('quickstart');
  });

  it('that there is not is refused with the nearest', () => {
    const error = refusal(() => loadExperiment('quikstart', 'experiments'));
    expect(error.kind).toBe('invalid-input');
    expect(error.message).toBe('there is no experiment "quikstart", neither built in nor as a file');
    expect(error.remedy).toContain('Did you mean "quickstart"?');
  });
});
