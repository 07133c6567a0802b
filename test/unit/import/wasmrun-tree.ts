/** A small tree in the artefact's layout, written by hand: every figure in it is made up. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const containerId = (letter: string): string => letter.repeat(64);

export interface ArmText {
  readonly info?: string;
  readonly time?: string;
  readonly pods?: string;
  readonly logs?: string;
  readonly cpu?: string;
  readonly memory?: string;
}

const fileNames = {
  info: 'info.txt',
  time: 'time.csv',
  pods: 'pod_id.csv',
  logs: 'logs.txt',
  cpu: 'filtered_cpu.csv',
  memory: 'filtered_mem.csv',
} as const;

/** Writes the files of one arm; what is left out is missing. */
export function writeArm(root: string, name: string, text: ArmText): void {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  for (const [key, file] of Object.entries(fileNames)) {
    const content = text[key as keyof ArmText];
    if (content !== undefined) writeFileSync(join(folder, file), content);
  }
}

const epoch = 1_700_000_000;
const time = (second: number): string => `${epoch + second}.000000000`;
const line = (second: number, node: string, value: number, id: string): string =>
  `${time(second)},${node},${value.toFixed(15)},metric,${id}\n`;

/** A counter's value for CPU time in ms at full clock: 60 times 100 MHz. */
export const counterOf = (ms: number, clocks = 60): number => (ms * 1000) / clocks / 1e10;

const infoBlock = (payload: string | undefined, from: number, to: number, pods: readonly string[]): string =>
  [
    payload === undefined ? 'No payload' : `Payload: ${payload}`,
    `Start-time: ${time(from)}`,
    ...pods.map((pod) => `Pod Name (x): ${pod}`),
    `End-time: ${time(to)}`,
    '-----',
    '',
  ].join('\n');

const podLines = (ids: readonly string[]): string => ids.map((id) => `Container ID: ${id}\n`).join('');

const [w, a, b, c] = ['d', 'a', 'b', 'c'].map(containerId) as [string, string, string, string];

/**
 * `sum` in both modes, warm and, on wasm, cold. Warm native: container d, payload 10 at 20, 22 ms, payload 20 at 40, 44 ms. Cold wasm:
 * payload 10 answered by a on node one and by b on node two, and one 504; payload 20 by c, of another deployment ten hours later.
 */
export function writeSumTree(root: string): void {
  writeArm(root, 'execution_time/sum/native/warm', {
    info: `-----\n${infoBlock('10', 0, 10, ['sum-native-00001-deployment-1-aa', 'sum-native-00001-deployment-1-aa'])}${infoBlock('20', 10, 20, ['sum-native-00001-deployment-1-aa', 'sum-native-00001-deployment-1-aa'])}`,
    time: 'sum-native,20\nsum-native,22\n\nsum-native,40\nsum-native,44\n\n',
    pods: `${podLines([w, w])}\n${podLines([w, w])}\n`,
    logs: 'Processing payload: 10 for function: sum\nProcessing payload: 20 for function: sum\n',
    // 100 ms used before, 140 after the first block; read once while the governor had clocked down to 40.
    cpu:
      line(0, 'one', counterOf(100), w) +
      line(5, 'one', counterOf(120, 40), w) +
      line(10, 'one', counterOf(140), w) +
      `\n${epoch + 15}.5064743,one,${counterOf(150).toFixed(15)},metric,${w}\n` +
      line(19, 'one', counterOf(200), w),
    memory:
      line(0, 'one', 1000, w) + line(9, 'one', 3000, w) + line(12, 'one', 2000, w) + line(18, 'one', 4000, w),
  });
  writeArm(root, 'execution_time/sum/wasm/warm', {
    info: `-----\n${infoBlock('10', 100, 110, ['sum-wasm-00001-deployment-1-aa'])}${infoBlock('20', 110, 120, ['sum-wasm-00001-deployment-1-aa'])}`,
    time: 'sum-wasm,200\nsum-wasm,220\n\nsum-wasm,400\nsum-wasm,440\n\n',
    pods: '',
    logs: '',
    cpu: '',
    memory: '',
  });
  writeArm(root, 'execution_time/sum/wasm/cold', {
    info: `-----\n${infoBlock('10', 200, 260, ['sum-wasm-00001-deployment-1-ab', 'sum-wasm-00001-deployment-1-ac'])}${infoBlock('20', 36_200, 36_260, ['sum-wasm-00001-deployment-2-ad'])}`,
    time: 'sum-wasm,3000\nsum-wasm,3500\n\nsum-wasm,4000\n\n',
    pods: `${podLines([a, b, ''])}\n${podLines([c])}\n`,
    logs: 'Processing payload: 10 for function: sum\n[2023-11-14 22:17:40] Request failed for sum. HTTP code: 504\nProcessing payload: 20 for function: sum\n',
    cpu:
      line(201, 'one', counterOf(50), a) +
      line(203, 'one', counterOf(900), a) +
      line(204, 'one', counterOf(1500, 40), a) +
      line(206, 'one', counterOf(1500), a) +
      line(231, 'two', counterOf(60), b),
    memory: line(201, 'one', 5000, a) + line(206, 'one', 9000, a) + line(231, 'two', 7000, b),
  });
}

/** Two runs of two levels on native; nothing on wasm for `sum`, and telemetry an hour late. */
export function writeThroughput(root: string): void {
  const run = (k: number): string =>
    `Run: ${k}\n${infoBlock('{"n": 10}', 1000 + 10 * k, 1005 + 10 * k, ['sum-native-00001-deployment-1-aa'])}`;
  writeArm(root, 'throughput/sum/native', {
    info: `-----\n${run(1)}${run(2)}`,
    time: '500\n1200\n\n520\n1400\n\n',
    logs: [
      ...['sum - testing concurrency level: 10', 'Completed testing for concurrency level: 10'],
      'sum - testing concurrency level: 20',
      ...['sum - testing concurrency level: 10', 'sum - testing concurrency level: 20'],
    ].join('\n'),
    cpu: line(4600, 'one', 50, 'None'),
    memory: line(4600, 'one', 50, 'None'),
  });
  writeArm(root, 'throughput/hello/native', {
    info: `-----\nRun: 1\n${infoBlock(undefined, 2000, 2005, [])}`,
    time: '90\n210\n\n',
    logs: 'Failed to get a successful response after 3 attempts.\nhello - testing concurrency level: 10\nhello - testing concurrency level: 20\n',
    cpu: line(2001, 'one', 50, 'None'),
    memory: line(2001, 'one', 50, 'None'),
  });
  writeArm(root, 'throughput/hello/wasm', {
    info: `-----\nRun: 1\n${infoBlock(undefined, 3000, 3005, [])}`,
    time: '900\n2100\n\n',
    logs: 'hello - testing concurrency level: 10\nhello - testing concurrency level: 20\n',
    cpu: line(3001, 'one', 50, 'None'),
    memory: line(3001, 'one', 50, 'None'),
  });
}
