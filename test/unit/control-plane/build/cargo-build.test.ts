import { describe, expect, it } from 'vitest';
import { diagnosticsOf, findExecutable } from '../../../../src/control-plane/build/cargo-build.js';
import { cargoEnvironment, encodeFlags, remapFlags } from '../../../../src/control-plane/build/rust-flags.js';

const message = (name: string, kind: string, executable: string | null): string =>
  JSON.stringify({ reason: 'compiler-artifact', target: { name, kind: [kind] }, executable });

describe('findExecutable', () => {
  it('takes the binary named like the crate among libraries and other binaries', () => {
    const messages = [
      message('dep', 'lib', null),
      message('tool', 'bin', '/t/tool'),
      message('hello', 'bin', '/t/hello'),
      JSON.stringify({ reason: 'build-finished', success: true }),
      '',
    ].join('\n');
    expect(findExecutable(messages, 'hello')).toBe('/t/hello');
  });

  it('takes the only binary whatever its name', () => {
    expect(findExecutable(message('main', 'bin', '/t/main.wasm'), 'hello')).toBe('/t/main.wasm');
  });

  it('says that a library is no function', () => {
    expect(() => findExecutable(message('hello', 'lib', null), 'hello')).toThrow('has no binary');
  });

  it('does not guess between several binaries', () => {
    const messages = `${message('a', 'bin', '/t/a')}\n${message('b', 'bin', '/t/b')}`;
    expect(() => findExecutable(messages, 'hello')).toThrow('several binaries (a, b)');
  });
});

describe('diagnosticsOf', () => {
  it('keeps what rustc says and leaves out how far cargo is', () => {
    const stderr = '   Compiling x v0.1.0 (/x)\nerror[E0425]: cannot find value `y`\n --> src/main.rs:1:5\n';
    expect(diagnosticsOf(stderr).join('\n')).toBe(
      'error[E0425]: cannot find value `y`\n --> src/main.rs:1:5\n',
    );
  });
});

describe('remapFlags', () => {
  it('names every folder of the machine anew, also of crates outside the workspace', () => {
    expect(
      remapFlags({
        workspaceRoot: '/home/me/fn',
        crates: { mine: '/home/me/fn', sdk: '/home/me/lumos/functions/sdk' },
        cargoHome: '/home/me/.cargo',
        targetFolder: '/cache/t',
        sysroot: '/rustup/stable',
      }),
    ).toEqual([
      '--remap-path-prefix=/rustup/stable=/rust',
      '--remap-path-prefix=/rustup/stable/lib/rustlib/src/rust=/rustc',
      '--remap-path-prefix=/home/me/.cargo=/cargo',
      '--remap-path-prefix=/cache/t=/target',
      '--remap-path-prefix=/home/me/lumos/functions/sdk=/crates/sdk',
      '--remap-path-prefix=/home/me/fn=/source',
    ]);
  });
});

describe('cargoEnvironment', () => {
  it('takes away what would change the build without changing the cache key, and keeps the rest', () => {
    const changes = cargoEnvironment(
      { RUSTFLAGS: '-Copt-level=0', CARGO_PROFILE_RELEASE_LTO: 'off', CARGO_HOME: '/c', PATH: '/bin' },
      { RUSTC: '/r' },
    );
    expect(changes).toEqual({
      RUSTFLAGS: undefined,
      CARGO_PROFILE_RELEASE_LTO: undefined,
      CARGO_TERM_COLOR: 'never',
      RUSTC: '/r',
    });
  });
});

describe('encodeFlags', () => {
  it('keeps a flag with a space whole', () => {
    expect(encodeFlags(['-La b', '-C']).split('\x1f')).toEqual(['-La b', '-C']);
  });
});
