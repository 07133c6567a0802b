import type { Milliseconds } from '../../../domain/units.js';
import { milliseconds } from '../../../domain/units.js';
import type { KeepAlivePolicy } from './policy.js';

/** Every instance stays for the same time after its last request, as on most platforms; 10 minutes was usual in 2020. */
export const fixedKeepAlive = (keepAliveMs: Milliseconds): KeepAlivePolicy => ({
  kind: 'keep-alive',
  idleEnded: () => undefined,
  windows: () => ({ preWarmMs: milliseconds(0), keepAliveMs }),
});
