import Table from 'cli-table3';
import { describe, expect, it } from 'vitest';
import {
  escapeControls,
  markedColors,
  oneLine,
  printableText,
  withoutMarkedColors,
} from '../../../src/domain/terminal-text.js';

const sides = ['top', 'bottom', 'left', 'mid', 'right'].flatMap((side) => [side, `${side}-mid`]);
const corners = [
  'top-left',
  'top-right',
  'bottom-left',
  'bottom-right',
  'left-mid',
  'mid-mid',
  'right-mid',
  'middle',
];
const borderless = Object.fromEntries([...sides, ...corners].map((name) => [name, '']));

describe('text of others on a terminal', () => {
  it.each([
    ['C0', '\u001b[2J\u0007', '\\u001b[2J\\u0007'],
    ['DEL and C1', '\u007f\u009b31m', '\\u007f\\u009b31m'],
    ['directions of writing', 'a\u202eb\u2066c', 'a\\u202eb\\u2066c'],
    ['a carriage return that overwrites a line', 'good\rbad', 'good\\u000dbad'],
  ])('has its control characters escaped: %s', (_what, text, shown) => {
    expect(printableText(text)).toBe(shown);
    // As JSON writes them, so that JSON stays the same value.
    expect(JSON.parse(`"${escapeControls(text)}"`)).toBe(text);
  });

  it('keeps line feeds, tabs, line ends of CSV and letters of any language', () => {
    const text = 'a\tb\r\nčeština 中文 🤖\n';
    expect(printableText(text)).toBe(text);
  });

  it('has the colours of Lumos and no others', () => {
    const { red, bold, dim } = markedColors(true);
    expect(printableText(red('mine'))).toBe('\u001b[31mmine\u001b[39m');
    expect(printableText(red('\u001b[32mtheirs'))).toBe('\u001b[31m\\u001b[32mtheirs\u001b[39m');
    expect(printableText(bold(`a${dim('b')}c`))).toBe('\u001b[1ma\u001b[2mb\u001b[22m\u001b[1mc\u001b[22m');
    expect(withoutMarkedColors(red('mine'))).toBe('mine');
    expect(markedColors(false).red('mine')).toBe('mine');
  });

  it('has them in a table too, which ends no colour by itself', () => {
    const { red, green, dim } = markedColors(true);
    const table = new Table({ chars: borderless, style: { head: [], border: [] } });
    table.push([red('higher'), green('lower'), dim('baseline')]);
    expect(printableText(table.toString()).trim()).toBe(
      '\u001b[31mhigher\u001b[39m  \u001b[32mlower\u001b[39m  \u001b[2mbaseline\u001b[22m',
    );
  });

  it('is one line of bounded length in a message', () => {
    expect(oneLine('a\n  b\r\nc\n')).toBe('a b c');
    expect(oneLine('a'.repeat(100_000)).length).toBeLessThan(2000);
  });
});
