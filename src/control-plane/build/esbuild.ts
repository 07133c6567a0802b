/** One bundle of a function in TypeScript, its SDK and its packages, made by esbuild's command. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { LumosError } from '../../domain/errors.js';
import { milliseconds } from '../../domain/units.js';
import { attemptCommand } from '../process/run-command.js';

const limit = milliseconds(60_000);

/** What runs the bundle: Node, or the engine that componentize-js puts beside it. */
export type BundleTarget = 'node' | 'component';

/** Folder of the SDK below the root of Lumos's own checkout or package. */
export const typescriptSdk = (repositoryRoot: string): string =>
  join(repositoryRoot, 'sdks', 'typescript', 'src');

/**
 * Options of esbuild. One module without a word of the machine or the moment: the same sources give the same bytes,
 * wherever they lie.
 */
export const esbuildArgs = (target: BundleTarget, sdk: string): readonly string[] => [
  ...[
    '--bundle',
    '--format=esm',
    '--minify',
    '--legal-comments=none',
    '--charset=utf8',
    '--log-level=warning',
  ],
  ...['--log-override:unsupported-require-call=silent', '--tsconfig-raw={}'],
  ...(target === 'node'
    ? ['--platform=node', '--target=node20']
    : ['--platform=neutral', '--target=es2022', '--main-fields=module,main', '--external:wasi:*']),
  `--alias:lumos-function=${join(sdk, 'index.ts')}`,
];

export interface BundleRequest {
  /** The module with the function. */
  readonly entry: string;
  readonly target: BundleTarget;
  readonly repositoryRoot: string;
  /** Services that a function in Node is to have a client of. */
  readonly services: readonly 'redis'[];
}

/**
 * The bundle: the function with what serves it around it.
 * @throws LumosError `failed` with what esbuild says
 */
export async function bundle({ entry, target, repositoryRoot, services }: BundleRequest): Promise<string> {
  const sdk = typescriptSdk(repositoryRoot);
  const esbuild = createRequire(import.meta.url).resolve('esbuild/bin/esbuild');
  const banner = services.length > 0 ? [`--banner:js=${requireBanner}`] : [];
  const result = await attemptCommand(
    process.execPath,
    [esbuild, ...esbuildArgs(target, sdk), ...banner, '--sourcefile=function.js'],
    { cwd: repositoryRoot, stdin: entryOf(entry, target, sdk, services), timeout: limit },
  );
  if (result.code === 0) return result.stdout;
  throw new LumosError('failed', `${entry} is not bundled:\n${result.stderr.trim()}`, {
    remedy: `mend the sources in ${entry}`,
  });
}

/** Packages of the older kind of module ask for Node's own by `require`, which a module of the newer kind has not. */
const requireBanner = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

function entryOf(entry: string, target: BundleTarget, sdk: string, services: readonly 'redis'[]): string {
  const from = (path: string): string => JSON.stringify(path);
  const clients = services.map(
    (service) =>
      `${service}: async () => (await import(${from(join(sdk, 'node', `${service}.ts`))})).openService`,
  );
  return [
    `import { handle } from ${from(entry)};`,
    `import { serve } from ${from(join(sdk, target, 'serve.ts'))};`,
    target === 'node'
      ? `await serve(handle, { ${clients.join(', ')} });`
      : 'export const incomingHandler = serve(handle);',
    '',
  ].join('\n');
}
