import { milliseconds, type Milliseconds } from '../domain/units.js';
import type { IdleWindows, KeepAlivePolicy } from './policy.js';

/** Every instance stays for the same time after its last request, as on most platforms; 10 minutes was usual in 2020. */
export function fixedKeepAlive(keepAliveMs: Milliseconds): KeepAlivePolicy {
  const windows: IdleWindows = { preWarmMs: milliseconds(0), keepAliveMs };
  return { kind: 'keep-alive', idleEnded: () => undefined, windows: () => windows };
}
