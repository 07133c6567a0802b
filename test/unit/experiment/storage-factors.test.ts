import { describe, expect, it } from 'vitest';
import type { FunctionDefinition } from '../../../src/domain/function-manifest.js';
import { storageFactors } from '../../../src/experiment/storage-factors.js';
import { echoFunction, experimentOf } from './fixture.js';

/** A function that stores its payload. */
function storing(storage: FunctionDefinition['manifest']['storage']): FunctionDefinition {
  const { manifest, oracle, folder } = echoFunction('keep');
  return {
    folder,
    manifest: { ...manifest, storage },
    oracle: { ...oracle, stored: (input) => ({ output: input }) },
  };
}

describe('the storage of a function', () => {
  it('is no factor where it has no objects, whatever the experiment says', () => {
    expect(storageFactors(echoFunction(), experimentOf({ storage: ['redis'] }))).toEqual([{}]);
  });

  it('is the first its manifest names, through the host on a kept connection, unless the experiment says otherwise', () => {
    expect(storageFactors(storing(['redis', 'inline', 's3']), experimentOf())).toEqual([
      { storage: 'redis', access: 'host', connection: 'reused' },
    ]);
  });

  it('is combined with access where it is outside the payload, and with connections where there are any', () => {
    const experiment = experimentOf({
      storage: ['inline', 'file', 's3'],
      access: ['direct', 'host'],
      connection: ['reused', 'per-invocation'],
    });
    expect(storageFactors(storing(['s3', 'inline', 'file', 'redis']), experiment)).toEqual([
      { storage: 'inline' },
      { storage: 'file', access: 'direct' },
      { storage: 'file', access: 'host' },
      { storage: 's3', access: 'direct', connection: 'reused' },
      { storage: 's3', access: 'direct', connection: 'per-invocation' },
      { storage: 's3', access: 'host', connection: 'reused' },
      { storage: 's3', access: 'host', connection: 'per-invocation' },
    ]);
  });

  it('is refused where the function can have its objects in none that was asked for', () => {
    expect(() => storageFactors(storing(['redis']), experimentOf({ storage: ['s3', 'file'] }))).toThrow(
      'storage: keep cannot have its objects in s3 or file',
    );
  });
});
