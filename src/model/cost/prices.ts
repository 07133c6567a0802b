/** What a platform charges, from a dated file. Prices are data: Lumos knows none by itself. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { didYouMean } from '../../domain/did-you-mean.js';
import { invalidInput, messageOf } from '../../domain/errors.js';
import { plainIssue } from '../../domain/plain-issue.js';
import { textOf, WordSchema } from '../../domain/short-forms.js';
import { oneLine } from '../../domain/terminal-text.js';
import type { Bytes, Milliseconds } from '../../domain/units.js';
import { parseYaml } from '../../domain/yaml-text.js';
import { explained } from '../../files/explain.js';
import { readText } from '../../files/input.js';

export const pricesSchemaId = 'lumos/prices@1';

export const PricesSchema = z.strictObject({
  schema: z.literal(pricesSchemaId),
  name: WordSchema,
  title: z.string().min(1),
  currency: z.string().min(1),
  /** When the figures held, as precisely as the sources say. */
  asOf: textOf(z.string().min(4)),
  sources: z.array(z.url()).min(1),
  perRequest: z.number().nonnegative(),
  /** Of a GiB (2^30 bytes) of memory for a second of latency. */
  perGibSecond: z.number().nonnegative().optional(),
  /** Of a virtual CPU for a second of latency. */
  perVcpuSecond: z.number().nonnegative().optional(),
  /** Of a millisecond of CPU time, whatever the latency. */
  perCpuMillisecond: z.number().nonnegative().optional(),
  billing: z
    .strictObject({
      /** A latency is charged in steps of this. */
      roundedUpToMs: z.number().positive().optional(),
      /** A latency is charged as no less than this. */
      leastMs: z.number().positive().optional(),
      /** Memory is charged in steps of this, and as no less than that. */
      memoryStepMiB: z.number().positive().optional(),
      leastMemoryMiB: z.number().positive().optional(),
      vcpus: z.number().positive().optional(),
    })
    .default({}),
});
export type Prices = z.infer<typeof PricesSchema>;

/** What an invocation takes, as far as it is known. */
export interface Consumption {
  /** The mean that is billed: what an instance is held for, without the clients' network. */
  readonly latencyMs: Milliseconds;
  readonly memoryBytes?: Bytes | undefined;
  readonly cpuMs?: Milliseconds | undefined;
}

/** What a million invocations cost, in the prices' currency; `undefined` where a figure is missing that they charge by. */
export function costPerMillion(
  prices: Prices,
  { latencyMs, memoryBytes, cpuMs }: Consumption,
): number | undefined {
  const { perRequest, perGibSecond, perVcpuSecond = 0, perCpuMillisecond } = prices;
  if (perGibSecond !== undefined && memoryBytes === undefined) return undefined;
  if (perCpuMillisecond !== undefined && cpuMs === undefined) return undefined;
  const { vcpus = 1 } = prices.billing;
  const second = chargedGib(prices, memoryBytes) * (perGibSecond ?? 0) + vcpus * perVcpuSecond;
  const seconds = chargedMs(prices, latencyMs) / 1000;
  return 1e6 * (perRequest + seconds * second + (cpuMs ?? 0) * (perCpuMillisecond ?? 0));
}

/** The mean of latencies rounded up is half a step above their mean, where they spread over several steps. */
function chargedMs({ billing: { roundedUpToMs, leastMs = 0 } }: Prices, latency: Milliseconds): number {
  if (roundedUpToMs === undefined) return Math.max(leastMs, latency);
  return Math.max(leastMs, roundedUpToMs, latency + roundedUpToMs / 2);
}

function chargedGib(
  { billing: { memoryStepMiB, leastMemoryMiB = 0 } }: Prices,
  memory: Bytes | undefined,
): number {
  const used = (memory ?? 0) / 2 ** 20;
  const stepped = memoryStepMiB === undefined ? used : Math.ceil(used / memoryStepMiB) * memoryStepMiB;
  return Math.max(stepped, leastMemoryMiB) / 1024;
}

/**
 * Prices by name from a folder, or from a file.
 * @throws LumosError `invalid-input` for a name that is not there, or a file that is no prices
 */
export function loadPrices(asked: string, folder: string): Prices {
  const isFile = /\.ya?ml$/u.test(asked);
  const known = readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
  if (!isFile && !known.includes(asked))
    throw invalidInput(
      `There are no prices "${asked}"`,
      `${didYouMean(asked, known)}There are: ${known.join(', ')}; or name a YAML file of your own.`,
    );
  const path = isFile ? asked : join(folder, `${asked}.yaml`);
  let text: string;
  try {
    text = readText(path, { remedy: `Prices that are there: ${known.join(', ')}.` });
  } catch (error) {
    throw explained(error, path) ?? invalidInput(`${path}: ${oneLine(messageOf(error))}`);
  }
  const parsed = PricesSchema.safeParse(parseYaml(text, path), { error: plainIssue });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalidInput(
    `${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'does not fit its schema'}`,
  );
}
