import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { schemaFiles } from '../../scripts/generate-schemas.js';

const root = join(import.meta.dirname, '..', '..');
const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8');
const checkedIn = (file: string): z.ZodType =>
  z.fromJSONSchema(JSON.parse(read('schema', file)) as Parameters<typeof z.fromJSONSchema>[0]);

describe('the checked-in JSON Schemas', () => {
  it('are exactly what is generated, no more and no fewer (else: npm run schemas)', async () => {
    const generated = await schemaFiles();
    expect(readdirSync(join(root, 'schema')).sort()).toEqual([...generated.keys()].sort());
    for (const [file, text] of generated) expect(read('schema', file), file).toBe(text);
  });

  it('name their version, as the files do that they describe', async () => {
    const ids = [...(await schemaFiles()).values()].map((text) => (JSON.parse(text) as { $id: string }).$id);
    expect(ids).toEqual([
      'lumos/experiment@1',
      'lumos/environment@1',
      'lumos/function@1',
      'lumos/latency-sum@1',
      'lumos/measurement@1',
      'lumos/model@2',
      'lumos/prices@1',
      'lumos/run@1',
      'lumos/summary@1',
      'lumos/workload@1',
    ]);
  });
});

describe('the JSON Schema of an experiment', () => {
  const files = readdirSync(join(root, 'experiments')).filter((file) => file.endsWith('.yaml'));

  it.each(files)('accepts the built-in %s', (file) => {
    expect(
      checkedIn('experiment.schema.json').safeParse(parse(read('experiments', file))).error,
    ).toBeUndefined();
  });

  it('asks for nothing that has a default, and refuses a key it does not know and a wrong value', () => {
    const schema = checkedIn('experiment.schema.json');
    const least = { name: 'mine', functions: ['hashing'], runtimes: ['native'] };
    expect(schema.safeParse(least).success).toBe(true);
    const short = { name: 2024, functions: 'hashing', runtimes: 'native', payloads: [50], repetitions: 5 };
    expect(schema.safeParse(short).error).toBeUndefined();
    expect(schema.safeParse({ ...least, objectives: ['p95 < 50ms'] }).error).toBeUndefined();
    expect(schema.safeParse({ ...least, runtime: ['docker'] }).success).toBe(false);
    expect(schema.safeParse({ ...least, starts: ['hot'] }).success).toBe(false);
    expect(schema.safeParse({ name: 'mine', functions: ['hashing'] }).success).toBe(false);
  });
});

describe('the JSON Schema of a function manifest', () => {
  const files = readdirSync(join(root, 'functions'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join('functions', entry.name, 'function.yaml'))
    .filter((file) => existsSync(join(root, file)));

  it('finds the built-in functions', () => expect(files.length).toBeGreaterThanOrEqual(4));

  it.each(files)('accepts %s', (file) => {
    expect(checkedIn('function.schema.json').safeParse(parse(read(file))).error).toBeUndefined();
  });

  it('refuses a manifest without payloads', () => {
    const manifest = parse(read('functions', 'hashing', 'function.yaml')) as Record<string, unknown>;
    expect(checkedIn('function.schema.json').safeParse({ ...manifest, payloads: [] }).success).toBe(false);
  });
});

describe('the JSON Schema of an environment', () => {
  const files = readdirSync(join(root, 'environments'));

  it.each(files)('accepts the built-in %s, which is named as its file', (file) => {
    const environment = parse(read('environments', file)) as { name: string };
    expect(checkedIn('environment.schema.json').safeParse(environment).error).toBeUndefined();
    expect(`${environment.name}.yaml`).toBe(file);
  });

  it('refuses a key it does not know and a share that is none', () => {
    const schema = checkedIn('environment.schema.json');
    expect(schema.safeParse({ name: 'mine' }).success).toBe(true);
    expect(schema.safeParse({ name: 'mine', cores: 1 }).success).toBe(false);
    expect(schema.safeParse({ name: 'mine', cpu: { cores: 0 } }).success).toBe(false);
  });
});
