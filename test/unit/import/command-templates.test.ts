import { describe, expect, it } from 'vitest';
import { templatesOf, type Parameterized } from '../../../src/import/hyperfine/command-templates.js';

const given = (command: string, parameters: Record<string, string>): Parameterized => ({
  command,
  parameters,
});
const commands = (some: readonly Parameterized[]): string[] => [
  ...new Set(templatesOf(some).map(({ command }) => command)),
];

describe('commands with parameters', () => {
  it('are one template of whole words: 1 is not the 1 of python3.12', () => {
    const some = ['python3.12 sim.py', 'node20 sim.js'].flatMap((program) =>
      ['1', '2', '4'].map((threads) => given(`${program} -j ${threads}`, { threads })),
    );
    expect(commands(some)).toEqual(['python3.12 sim.py -j {threads}', 'node20 sim.js -j {threads}']);
  });

  it('do not take 1 for a part of 10, nor 1 for a part of 1.5', () => {
    const some = ['1', '10', '100', '1.5'].map((n) => given(`work -n ${n} --limit=${n} 10x`, { n }));
    expect(commands(some)).toEqual(['work -n {n} --limit={n} 10x']);
  });

  it('leave a word alone that is a value by chance', () => {
    const some = ['1', '2', '3'].map((n) => given(`work -j ${n} --level 1`, { n }));
    expect(commands(some)).toEqual(['work -j {n} --level 1']);
  });

  it('tell two parameters of equal values apart', () => {
    const some = ['1', '2'].flatMap((a) => ['1', '2'].map((b) => given(`work -a ${a} -b ${b}`, { a, b })));
    expect(commands(some)).toEqual(['work -a {a} -b {b}']);
  });

  it('keep a parameter that is the program as the program, and out of the payload', () => {
    const some = ['./a', './b'].flatMap((program) =>
      ['1', '2'].map((n) => given(`${program} ${n}`, { program, n })),
    );
    expect(commands(some)).toEqual(['./a {n}', './b {n}']);
    expect(templatesOf(some).map(({ parameters }) => parameters)).toEqual(
      ['1', '2', '1', '2'].map((n) => [['n', n]]),
    );
  });

  it('keep a program of several words as the program', () => {
    const some = ['python3 a.py', 'node a.js'].map((cmd) => given(`${cmd} 5`, { cmd, n: '5' }));
    expect(commands(some)).toEqual(['python3 a.py {n}', 'node a.js {n}']);
  });

  it('know the value of a short option that is written together', () => {
    expect(commands(['2', '4', '8'].map((n) => given(`make -j${n}`, { n })))).toEqual(['make -j{n}']);
  });

  it('may not have their parameter in the command at all', () => {
    expect(commands(['1', '2'].map((n) => given('work input', { n })))).toEqual(['work input']);
  });

  it('have each their own template where nothing is shared', () => {
    const some = [given('a 1', { n: '1' }), given('b 1 1', { n: '1' })];
    expect(commands(some)).toEqual(['a {n}', 'b {n} {n}']);
  });

  it.each([
    ['a name', (n: string): string => `data-${n}.bin`, 'data-{n}.bin'],
    ['a path', (n: string): string => `< in/${n}.txt`, '< in/{n}.txt'],
    ['a long option', (n: string): string => `--jobs${n}`, '--jobs{n}'],
  ])('know a value within %s that is there for several values', (_what, argument, template) => {
    const some = ['a', 'b'].flatMap((program) =>
      ['1', '2', '4'].map((n) => given(`${program} ${argument(n)}`, { n })),
    );
    expect(commands(some)).toEqual([`a ${template}`, `b ${template}`]);
  });

  it.each(['v1', '10', '1.5', 'x1', 'in-1'])('leave %s alone, which is there for every value', (word) => {
    const some = ['1', '2', '4'].map((n) => given(`work ${word} -j ${n}`, { n }));
    expect(commands(some)).toEqual([`work ${word} -j {n}`]);
  });

  it('do not put a part of a word back where that explains one value only', () => {
    expect(commands([given('work in-1 fast', { n: '1' }), given('work in-3 slow', { n: '3' })])).toEqual([
      'work in-1 fast',
      'work in-3 slow',
    ]);
  });

  it('keep the compiler as the program where its option is the parameter', () => {
    const some = ['O2', 'O3'].flatMap((opt) =>
      ['gcc', 'clang'].map((compiler) => given(`${compiler} -${opt} x.c`, { compiler, opt })),
    );
    expect(commands(some)).toEqual(['gcc -{opt} x.c', 'clang -{opt} x.c']);
  });

  it('take the file name of the program for the program', () => {
    const some = ['fast', 'slow'].map((p) => given(`./${p}`, { p }));
    expect(templatesOf(some)).toEqual([
      { command: './fast', parameters: [] },
      { command: './slow', parameters: [] },
    ]);
  });
});
