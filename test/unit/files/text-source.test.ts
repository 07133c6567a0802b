import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { longestLine, readDocument, textLines, type TextEnd } from '../../../src/files/text-source.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lumos-text-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (content: string | Uint8Array): string => {
  const path = join(folder, 'text');
  writeFileSync(path, content);
  return path;
};

async function all(path: string, end?: TextEnd): Promise<[number, string, boolean][]> {
  const found: [number, string, boolean][] = [];
  for await (const { lines, firstNumber, isEnded } of textLines(path, end))
    for (const [i, line] of lines.entries())
      found.push([firstNumber + i, line, isEnded || i < lines.length - 1]);
  return found;
}

describe('textLines', () => {
  it('passes over a byte order mark, takes LF and CRLF, and says that the last line has no end', async () => {
    expect(await all(file('\uFEFFa\r\nb\n\nc'))).toEqual([
      [1, 'a', true],
      [2, 'b', true],
      [3, '', true],
      [4, 'c', false],
    ]);
  });

  it('knows gzip by its first bytes, not by its name', async () => {
    expect(await all(file(gzipSync('a\nb\n')))).toEqual([
      [1, 'a', true],
      [2, 'b', true],
    ]);
  });

  it('gives what a cut gzip file has, and says that it is cut', async () => {
    const whole = gzipSync(Array.from({ length: 20_000 }, (_, i) => `line ${i * 7919}\n`).join(''));
    const end = { isCut: false };
    const lines = await all(file(whole.subarray(0, whole.length / 2)), end);
    expect(lines.length).toBeGreaterThan(100);
    expect(end.isCut).toBe(true);
  });

  it('gives lines that lie across pieces of the file whole and with their numbers', async () => {
    const text = Array.from({ length: 60_000 }, (_, i) => `číslo ${i}`);
    const lines = await all(file(`${text.join('\n')}\n`));
    expect(lines.map(([, line]) => line)).toEqual(text);
    expect(lines.at(-1)?.[0]).toBe(60_000);
  });

  it.each([
    ['a line above 8 MiB', 'x'.repeat(longestLine + 1), 'text:1: a line above 8 MiB'],
    ['UTF-16', Buffer.from('\uFEFFa\n', 'utf16le'), 'UTF-16'],
    ['bytes that are not UTF-8', Buffer.from('a\nb\xff\nc\n', 'latin1'), 'text:2: the text is not UTF-8'],
  ])('refuses %s', async (_what, content, message) => {
    await expect(all(file(content))).rejects.toThrow(message);
  });

  it('refuses a folder, a link to itself and what is not there in a sentence', async () => {
    await expect(all(folder)).rejects.toThrow('is a folder');
    await expect(all(join(folder, 'none'))).rejects.toThrow('there is no such file');
    symlinkSync('loop', join(folder, 'loop'));
    await expect(all(join(folder, 'loop'))).rejects.toThrow('symbolic link');
    await expect(all('/dev/zero')).rejects.toThrow('this is a device, not a file');
  });
});

describe('readDocument', () => {
  it('reads text, with a byte order mark or gzipped', () => {
    expect(readDocument(file('\uFEFF{}'))).toBe('{}');
    expect(readDocument(file(gzipSync('{"a":1}')))).toBe('{"a":1}');
  });

  it('refuses damaged gzip data and a folder in a sentence', () => {
    expect(() => readDocument(file(gzipSync('{}').subarray(0, 12)))).toThrow('its gzip data are damaged');
    expect(() => readDocument(folder)).toThrow('is a folder');
  });
});
