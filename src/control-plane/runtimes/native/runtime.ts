/** `native`: a static binary as a bare process of this machine. The baseline: no isolation, no engine. */
import { release } from 'node:os';
import type { Runtime } from '../../../domain/runtime.js';
import { createCommandRuntime, type LocalMachine } from '../command-runtime.js';

export const createNativeRuntime = (machine: LocalMachine): Runtime =>
  createCommandRuntime(machine, {
    id: 'native',
    engine: 'native',
    class: 'process',
    artifactKind: 'native-binary',
    probe: () => Promise.resolve({ usable: true, version: `Linux ${release()}`, details: {} }),
    command: (artifact) => Promise.resolve({ file: artifact.path, args: [] }),
  });
