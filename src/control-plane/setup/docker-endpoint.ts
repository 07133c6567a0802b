/** Where the Docker daemon is, chosen as the Docker CLI chooses: DOCKER_HOST, else DOCKER_CONTEXT, else the current context. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { z } from 'zod';
import { hasCode, messageOf, missingDependency } from '../../domain/errors.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface DockerEndpoint {
  /** For a message: the address of the daemon. */
  readonly address: string;
  /** Who chose the address; `default` is the socket of this machine. */
  readonly chosenBy:
    | { readonly kind: 'default' }
    | { readonly kind: 'DOCKER_HOST' }
    | { readonly kind: 'context'; readonly name: string };
  /** For dockerode, besides what it takes from the environment itself (DOCKER_HOST and what belongs to it). */
  readonly options: Docker.DockerOptions;
}

const usualSocket = '/var/run/docker.sock';
const chooseAnother =
  'docker context ls shows what there is; choose with docker context use NAME, DOCKER_CONTEXT or DOCKER_HOST';

/** @throws LumosError `missing-dependency` for a context that there is not, or whose endpoint cannot be used */
export function findDockerEndpoint(environment: Environment = process.env): DockerEndpoint {
  const host = environment['DOCKER_HOST'] ?? '';
  if (host !== '') return { address: host, chosenBy: { kind: 'DOCKER_HOST' }, options: {} };
  const folder = nonEmpty(environment['DOCKER_CONFIG']) ?? join(homedir(), '.docker');
  const name = nonEmpty(environment['DOCKER_CONTEXT']) ?? currentContext(join(folder, 'config.json'));
  if (name === undefined || name === 'default')
    return { address: usualSocket, chosenBy: { kind: 'default' }, options: {} };
  const { address, skipsVerification } = contextAt(join(folder, 'contexts'), name);
  const tls = tlsOf(join(folder, 'contexts', 'tls', idOf(name), 'docker'));
  return {
    address,
    chosenBy: { kind: 'context', name },
    options: optionsFor(address, { name, tls, skipsVerification, environment }),
  };
}

/** A client of the active daemon. @throws LumosError as `findDockerEndpoint` */
export function dockerClient(options: { readonly timeout?: number } = {}): Docker {
  return new Docker({ ...findDockerEndpoint().options, ...options });
}

const nonEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

/** The name of a context's folders. */
const idOf = (name: string): string => createHash('sha256').update(name).digest('hex');

const ConfigSchema = z.object({ currentContext: z.string().optional() });

function currentContext(file: string): string | undefined {
  const text = textOf(file);
  return text === undefined ? undefined : nonEmpty(parsed(ConfigSchema, text, file).currentContext);
}

const MetaSchema = z.object({
  Endpoints: z.object({
    docker: z.object({ Host: z.string().min(1), SkipTLSVerify: z.boolean().optional() }),
  }),
});

function contextAt(contexts: string, name: string): { address: string; skipsVerification: boolean } {
  const file = join(contexts, 'meta', idOf(name), 'meta.json');
  const text = textOf(file);
  if (text === undefined)
    throw missingDependency(
      `there is no Docker context ${JSON.stringify(name)} in ${contexts}`,
      chooseAnother,
    );
  const { Host, SkipTLSVerify = false } = parsed(MetaSchema, text, file).Endpoints.docker;
  return { address: Host, skipsVerification: SkipTLSVerify };
}

/** Undefined where there is no such file. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw missingDependency(`${file} cannot be read: ${messageOf(error)}`, chooseAnother);
  }
}

function parsed<T>(schema: z.ZodType<T>, text: string, file: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof z.ZodError ? (error.issues[0]?.message ?? 'not valid') : messageOf(error);
    throw missingDependency(`${file} is not what the Docker CLI writes: ${why}`, chooseAnother);
  }
}

interface Tls {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

function tlsOf(folder: string): Tls {
  const file = (name: string): Buffer | undefined => {
    const path = join(folder, name);
    return existsSync(path) ? Buffer.from(textOf(path) ?? '') : undefined;
  };
  const [ca, cert, key] = ['ca.pem', 'cert.pem', 'key.pem'].map(file);
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

interface Context {
  readonly name: string;
  readonly tls: Tls;
  readonly skipsVerification: boolean;
  readonly environment: Environment;
}

function optionsFor(address: string, context: Context): Docker.DockerOptions {
  if (address.startsWith('unix://')) return { socketPath: address.slice('unix://'.length) || usualSocket };
  const refused = (why: string): Error =>
    missingDependency(
      `the Docker context ${JSON.stringify(context.name)} is at ${address}: ${why}`,
      chooseAnother,
    );
  if (address.startsWith('npipe:')) throw refused('named pipes are of Windows');
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || url.hostname === '') throw refused('this is no address of a daemon');
  // What URL knows no default port for keeps the brackets of an IPv6 address.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (url.protocol === 'ssh:') return overSsh(url, host, context.environment);
  if (!['tcp:', 'http:', 'https:'].includes(url.protocol))
    throw refused(`Lumos reaches a daemon over unix, tcp, http, https or ssh, not ${url.protocol}`);
  if (context.skipsVerification)
    throw refused(
      'its certificate is not to be verified (SkipTLSVerify), and Lumos verifies every certificate',
    );
  return overTcp(url, host, context.tls);
}

function overTcp(url: URL, host: string, tls: Tls): Docker.DockerOptions {
  const isTls = url.protocol === 'https:' || Object.keys(tls).length > 0;
  const usual = isTls ? 2376 : 2375;
  const port = url.port === '' ? usual : Number(url.port);
  return { protocol: isTls ? 'https' : 'http', host, port, ...tls };
}

/** By the keys of the user's agent: dockerode's client reads no files of keys. */
function overSsh(url: URL, host: string, environment: Environment): Docker.DockerOptions {
  const agent = environment['SSH_AUTH_SOCK'];
  return {
    ...{ protocol: 'ssh', host, username: decodeURIComponent(url.username) },
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    sshOptions: agent === undefined ? {} : { agent },
  };
}
