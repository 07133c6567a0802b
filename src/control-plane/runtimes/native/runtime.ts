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
    socketArtifactKind: 'native-binary',
    probe: () => Promise.resolve({ usable: true, version: `Linux ${release()}`, details: {} }),
    // No isolation: a process sees the folder where it is.
    command: (artifact, { folder }) =>
      Promise.resolve({ file: artifact.path, args: [], ...(folder === undefined ? {} : { folder }) }),
  });
