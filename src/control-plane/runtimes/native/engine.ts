/** `native`: a static binary as a bare process of this machine. The baseline: no isolation, no engine. */
import { release } from 'node:os';
import { createCommandRuntime } from '../command-runtime.js';
import type { Engine, EngineHost } from '../engine.js';

export const createNativeEngine = ({ machine }: EngineHost): Engine => ({
  name: 'native',
  runtimes: [
    createCommandRuntime(machine, {
      id: 'native',
      engine: 'native',
      class: 'process',
      artifactKind: 'native-binary',
      socketArtifactKind: 'native-binary',
      transports: ['stdio', 'http'],
      probe: () => Promise.resolve({ usable: true, version: `Linux ${release()}`, details: {} }),
      // No isolation: a process sees the folder where it is.
      command: ({ artifact, reach: { folder } }, { port }) =>
        Promise.resolve({
          file: artifact.path,
          args: [],
          ...(port === undefined ? {} : { env: { LUMOS_HTTP: `127.0.0.1:${port}` } }),
          ...(folder === undefined ? {} : { folder }),
        }),
    }),
  ],
});
