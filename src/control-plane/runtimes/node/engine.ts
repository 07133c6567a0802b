/** `node`: a function's bundle in a process of the Node that Lumos itself runs on. No isolation: what `native` is to Rust. */
import type { Use } from '../../../domain/runtime.js';
import { createCommandRuntime } from '../command-runtime.js';
import type { Engine, EngineHost } from '../engine.js';

export const createNodeEngine = ({ machine }: EngineHost): Engine => ({
  name: 'node',
  runtimes: [
    createCommandRuntime(machine, {
      id: 'node',
      engine: 'node',
      class: 'process',
      artifactKind: 'node-bundle',
      socketArtifactKind: 'node-bundle',
      // Only JavaScript comes as a bundle.
      artifactKindFor: ({ language }: Use) => (language === 'typescript' ? 'node-bundle' : undefined),
      transports: ['stdio', 'http'],
      probe: () =>
        Promise.resolve({ usable: true, version: process.version, details: { v8: process.versions.v8 } }),
      // A process sees the folder where it is.
      command: ({ artifact, reach: { folder } }, { port }) =>
        Promise.resolve({
          file: process.execPath,
          args: [artifact.path],
          ...(port === undefined ? {} : { env: { LUMOS_HTTP: `127.0.0.1:${port}` } }),
          ...(folder === undefined ? {} : { folder }),
        }),
    }),
  ],
});
