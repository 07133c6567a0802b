/** Where Lumos keeps what it can make again. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** `$LUMOS_CACHE`, else `$XDG_CACHE_HOME/lumos`, else `~/.cache/lumos`; always absolute. */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const own = environment['LUMOS_CACHE'];
  if (own !== undefined && own !== '') return resolve(own);
  const shared = environment['XDG_CACHE_HOME'];
  if (shared !== undefined && shared !== '') return resolve(shared, 'lumos');
  return join(environment['HOME'] ?? homedir(), '.cache', 'lumos');
}
