/** Loaded into a Node process with `--import`: writes its peak resident set (kB, the kernel's VmHWM) when it exits. */
import { readFileSync, writeFileSync } from 'node:fs';

process.once('exit', () => {
  const file = process.env['LUMOS_BENCH_PEAK_FILE'];
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  if (file !== undefined && peak !== undefined) writeFileSync(file, peak);
});
