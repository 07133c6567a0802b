/** What Redis' INFO says, as far as it matters here. */
import { z } from 'zod';

const count = z.string().regex(/^\d+$/).transform(Number);

const InfoSchema = z.object({
  run_id: z.string().min(1),
  redis_version: z.string().min(1),
  /** Of forks that keep `redis_version` for the sake of old clients. */
  server_name: z.string().optional(),
  valkey_version: z.string().optional(),
  total_commands_processed: count,
  total_net_input_bytes: count,
  total_net_output_bytes: count,
});

export interface RedisInfo {
  /** The server's name and version, e.g. `redis 7.0.15`. */
  readonly version: string;
  /** Another one after each start. */
  readonly runId: string;
  readonly commands: number;
  /** Bytes that came in. */
  readonly received: number;
  /** Bytes that went out. */
  readonly sent: number;
}

/** Reads the text of INFO; `undefined` where it lacks something. */
export function parseRedisInfo(text: string): RedisInfo | undefined {
  const fields: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#')) fields[line.slice(0, colon)] = line.slice(colon + 1).trim();
  }
  const parsed = InfoSchema.safeParse(fields);
  if (!parsed.success) return undefined;
  const info = parsed.data;
  return {
    version:
      info.valkey_version === undefined
        ? `${info.server_name ?? 'redis'} ${info.redis_version}`
        : `valkey ${info.valkey_version}`,
    runId: info.run_id,
    commands: info.total_commands_processed,
    received: info.total_net_input_bytes,
    sent: info.total_net_output_bytes,
  };
}
