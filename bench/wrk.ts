/** wrk as the yardstick of an HTTP server: one connection that is kept, one request after another. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { findOnPath } from '../src/control-plane/process/find-on-path.js';
import { runCommand } from '../src/control-plane/process/run-command.js';
import { LumosError, missingDependency } from '../src/domain/errors.js';
import { milliseconds } from '../src/domain/units.js';

const SaidSchema = z.object({
  p50: z.number().positive(),
  requests: z.number().int().positive(),
  failed: z.number().int(),
});

/** What wrk measured in one go: the median in milliseconds, and of how many requests. */
export interface WrkRound {
  readonly p50: number;
  readonly requests: number;
}

export interface Wrk {
  /** Sends `body` by POST to a port of the loopback for so many seconds. @throws LumosError where any request failed */
  measure(port: number, body: Uint8Array, seconds: number): Promise<WrkRound>;
}

/** Every byte as Lua's decimal escape. */
const luaString = (body: Uint8Array): string =>
  `"${[...body].map((byte) => `\\${String(byte).padStart(3, '0')}`).join('')}"`;

/** wrk's own figures to the microsecond, in place of its text for people. */
const scriptFor = (body: Uint8Array): string => `
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/octet-stream"
wrk.body = ${luaString(body)}
done = function(summary, latency, requests)
  local e = summary.errors
  local failed = e.connect + e.read + e.write + e.status + e.timeout
  io.write(string.format('\\nlumos {"p50":%.3f,"requests":%d,"failed":%d}\\n',
    latency:percentile(50) / 1000, summary.requests, failed))
end
`;

/** @throws LumosError `missing-dependency` */
export async function findWrk(scratch: string): Promise<Wrk> {
  const path = await findOnPath('wrk');
  if (path === undefined)
    throw missingDependency('wrk is not installed', 'apt-get install wrk (Debian, Ubuntu)');
  return {
    measure: async (port, body, seconds) => {
      const script = join(scratch, 'post.lua');
      writeFileSync(script, scriptFor(body));
      const args = ['-t1', '-c1', `-d${seconds}s`, '-s', script, `http://127.0.0.1:${port}/`];
      const { stdout } = await runCommand(path, args, { timeout: milliseconds((seconds + 30) * 1000) });
      const said = SaidSchema.parse(JSON.parse(/^lumos (.+)$/m.exec(stdout)?.[1] ?? 'null'));
      if (said.failed > 0) throw new LumosError('failed', `wrk: ${said.failed} requests failed`);
      return said;
    },
  };
}
