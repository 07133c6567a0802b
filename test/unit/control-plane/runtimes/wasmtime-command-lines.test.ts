import { describe, expect, it } from 'vitest';
import {
  modes,
  neededOfServe,
  runArguments,
  serveArguments,
  servingPattern,
} from '../../../../src/control-plane/runtimes/wasmtime/command-lines.js';

function modeOf(name: string) {
  const mode = modes.find((one) => one.name === name);
  if (mode === undefined) throw new Error(`no mode ${name}`);
  return mode;
}

const line = (name: string, reach = {}, cache?: string): string =>
  runArguments(modeOf(name), '/m', reach, cache).join(' ');

describe('the command lines of `wasmtime run`', () => {
  it('take what was precompiled only where it is what the mode runs', () => {
    const allowing = modes
      .filter(({ flags }) => flags.includes('--allow-precompiled'))
      .map(({ name }) => name);
    const precompiled = modes.filter(({ artifactKind }) => artifactKind.startsWith('wasmtime:'));
    expect(allowing).toEqual(['aot', 'interpreted']);
    expect(precompiled.map(({ name }) => name)).toEqual(allowing);
  });

  it('say of every mode that compiles at its start whether there is a cache', () => {
    expect(line('jit')).toBe('run -C cache=n /m');
    expect(line('winch')).toBe('run -C cache=n -C compiler=winch /m');
    expect(line('jit-cached', {}, '/run/cache')).toBe(
      'run -C cache=y -C cache-config=/run/cache/config.toml /m',
    );
  });

  it('give a module its folder and its sockets, and neither without being asked', () => {
    expect(line('aot')).toBe('run --allow-precompiled /m');
    expect(line('aot', { folder: '/data/a b' })).toBe('run --allow-precompiled --dir /data/a b::/objects /m');
    expect(line('interpreted', { sockets: true })).toBe(
      'run --allow-precompiled --target pulley64 -S inherit-network=y -S tcp=y -S allow-ip-name-lookup=y /m',
    );
  });

  it('keep the file last and whole, whatever it is called', () => {
    expect(runArguments(modeOf('jit'), '/a b;c', { folder: '/f' }).slice(-3)).toEqual([
      '--dir',
      '/f::/objects',
      '/a b;c',
    ]);
  });
});

describe('the command line of `wasmtime serve`', () => {
  it.each(['cold', 'fresh', 'snapshot'] as const)(
    'has a new instance for each request of start %s',
    (start) => {
      expect(serveArguments('/c', {}, start, 8123).join(' ')).toBe(
        'serve --allow-precompiled --addr 127.0.0.1:8123 -S cli --max-instance-reuse-count 1 /c',
      );
    },
  );

  it('keeps one instance for requests that are warm', () => {
    expect(serveArguments('/c', {}, 'warm', 8123).join(' ')).toBe(
      'serve --allow-precompiled --addr 127.0.0.1:8123 -S cli' +
        ' --max-instance-reuse-count 1000000000 --idle-instance-timeout 3600s /c',
    );
  });

  it('gives the component what it is to reach', () => {
    const args = serveArguments('/c', { folder: '/f', sockets: true }, 'fresh', 1);
    expect(args).toEqual(expect.arrayContaining(['--dir', '/f::/objects', 'inherit-network=y']));
    expect(args.at(-1)).toBe('/c');
  });

  it('uses no flag that the probe does not look for', () => {
    const used = serveArguments('/c', {}, 'warm', 1).filter((one) => one.startsWith('--'));
    expect(used.filter((one) => one !== '--addr').sort()).toEqual([...neededOfServe].sort());
  });

  it('knows the line that says that it serves, wherever it stands', () => {
    expect(servingPattern.test('warning: x\nServing HTTP on http://127.0.0.1:8123/\n')).toBe(true);
    expect(servingPattern.test('Error: failed to bind\nnot Serving HTTP on it\n')).toBe(false);
  });
});
