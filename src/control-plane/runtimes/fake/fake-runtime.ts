/**
 * A runtime with exact, scripted times: on a virtual clock every layer above a runtime can be tested without waiting,
 * and every bad day can be had. It is in no registry: only a test asks for it.
 */
import { z } from 'zod';
import type { Clock } from '../../../domain/clock.js';
import { LumosError } from '../../../domain/errors.js';
import type {
  ArtifactKind,
  Availability,
  PrepareRequest,
  Prepared,
  Runtime,
  Sandbox,
  StagedSandbox,
  Use,
} from '../../../domain/runtime.js';
import type { RuntimeClass, Start, Transport } from '../../../domain/factors.js';
import { milliseconds, type Milliseconds } from '../../../domain/units.js';
import { parseRuntimeOptions } from '../runtime-options.js';
import { FakeSandbox } from './fake-sandbox.js';
import type { FakeScript, SandboxScript } from './script.js';

export interface FakeEvent {
  readonly what:
    'prepared' | 'staged' | 'asked for' | 'launched' | 'removed' | 'discarded' | 'disposed' | 'cleaned up';
  readonly at: Milliseconds;
  /** The function it happened to; of a clean-up, the run. */
  readonly of: string;
}

export class FakeRuntime implements Runtime {
  readonly id: string;
  readonly engine = 'fake';
  readonly class: RuntimeClass;
  readonly artifactKind: ArtifactKind;
  readonly starts: readonly Start[];
  readonly transports: readonly Transport[] = ['stdio'];
  /** Everything that was asked of it, in order. */
  readonly journal: FakeEvent[] = [];
  /** What its functions were told of their storage, in order. */
  readonly configurations: string[] = [];
  private staged = 0;
  private readonly standing = new Map<FakeSandbox, string>();

  constructor(
    private readonly clock: Clock,
    private readonly script: FakeScript,
  ) {
    this.id = script.id;
    this.class = script.class ?? 'process';
    this.artifactKind = script.artifactKind ?? 'native-binary';
    this.starts = script.starts ?? ['cold', 'warm'];
  }

  artifactKindFor(_options: unknown, { snapshot = false }: Partial<Use> = {}): ArtifactKind {
    return snapshot ? 'fake:snapshot' : this.artifactKind;
  }

  /** How often `what` happened. */
  count(what: FakeEvent['what']): number {
    return this.journal.filter((event) => event.what === what).length;
  }

  /** Sandboxes that stand at this moment. */
  get standingSandboxes(): number {
    return this.standing.size;
  }

  probe(): Promise<Availability> {
    return Promise.resolve(this.script.availability ?? { usable: true, version: 'fake 1', details: {} });
  }

  parseOptions(raw: unknown): Readonly<Record<string, unknown>> {
    return parseRuntimeOptions(this.id, z.strictObject({}), raw);
  }

  prepare({ artifact, reach }: PrepareRequest): Promise<Prepared> {
    const { prepareFails } = this.script;
    if (prepareFails !== undefined) return Promise.reject(new LumosError('failed', prepareFails));
    this.note('prepared', artifact.function);
    return Promise.resolve({
      ...(reach.folder === undefined ? {} : { folder: reach.folder }),
      stage: () => this.stage(artifact.function),
      removeLeft: async () => {
        for (const sandbox of [...this.standing.keys()]) await sandbox.remove();
      },
      dispose: async () => {
        for (const [sandbox, name] of [...this.standing])
          if (name === artifact.function) await sandbox.remove();
        this.note('disposed', artifact.function);
      },
    });
  }

  cleanUpAfter(runId: string): Promise<readonly string[]> {
    this.note('cleaned up', runId);
    return Promise.resolve([]);
  }

  private stage(name: string): Promise<StagedSandbox> {
    const script = this.script.sandbox?.(this.staged) ?? {};
    this.staged += 1;
    if (script.stageFails !== undefined) return Promise.reject(new LumosError('failed', script.stageFails));
    this.note('staged', name);
    return Promise.resolve({
      existing: () => this.existing(name, script),
      launch: () => this.launch(name, script),
      discard: () => {
        this.note('discarded', name);
        return Promise.resolve();
      },
    });
  }

  private existing(name: string, script: SandboxScript): Promise<number> {
    const { existingFails, existing = 0 } = script;
    if (existingFails !== undefined) return Promise.reject(new LumosError('failed', existingFails));
    const own = [...this.standing.values()].filter((standing) => standing === name).length;
    return Promise.resolve(own + existing);
  }

  private launch(name: string, script: SandboxScript): Promise<Sandbox> {
    const { launch = milliseconds(0), launchFails } = script;
    this.note('asked for', name);
    return new Promise((resolve, reject) => {
      const up = (): void => {
        if (launchFails !== undefined) reject(new LumosError('failed', launchFails));
        else resolve(this.start(name, script, launch === 'never' ? milliseconds(0) : launch));
      };
      if (launch === 'never') return;
      if (launch > 0) this.clock.after(launch, up);
      else up();
    });
  }

  private start(name: string, script: SandboxScript, elapsed: Milliseconds): FakeSandbox {
    const sandbox: FakeSandbox = new FakeSandbox(
      script,
      {
        clock: this.clock,
        respond: this.script.respond ?? ((payload) => payload),
        onConfigured: (lines) => void this.configurations.push(lines),
        onRemoved: () => {
          this.standing.delete(sandbox);
          this.note('removed', name);
        },
      },
      elapsed,
    );
    this.standing.set(sandbox, name);
    this.note('launched', name);
    return sandbox;
  }

  private note(what: FakeEvent['what'], of: string): void {
    this.journal.push({ what, at: this.clock.now(), of });
  }
}
