import { describe, expect, it } from 'vitest';
import { toxicsOf } from '../../../src/control-plane/network/toxiproxy-network.js';

describe('an emulated network', () => {
  it('spends its round trip half there and half back, and carries its rate in either direction', () => {
    expect(toxicsOf({ roundTripMs: 11, megabitsPerSecond: 100 })).toEqual([
      { type: 'bandwidth', stream: 'upstream', attributes: { rate: 12_500 } },
      { type: 'latency', stream: 'upstream', attributes: { latency: 5 } },
      { type: 'bandwidth', stream: 'downstream', attributes: { rate: 12_500 } },
      { type: 'latency', stream: 'downstream', attributes: { latency: 6 } },
    ]);
  });

  it('has no latency where there is none, and no rate where none is named', () => {
    expect(toxicsOf({ roundTripMs: 1 })).toEqual([
      { type: 'latency', stream: 'downstream', attributes: { latency: 1 } },
    ]);
    expect(toxicsOf({ roundTripMs: 0, megabitsPerSecond: 0.01 })).toEqual([
      { type: 'bandwidth', stream: 'upstream', attributes: { rate: 1 } },
      { type: 'bandwidth', stream: 'downstream', attributes: { rate: 1 } },
    ]);
  });
});
