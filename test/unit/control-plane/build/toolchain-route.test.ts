import { describe, expect, it } from 'vitest';
import {
  chooseComponentRoute,
  chooseRoute,
  isNewEnough,
  type RouteFindings,
} from '../../../../src/control-plane/build/toolchain-route.js';

const allPieces = { compiler: '/r', standardLibrary: '/s', wasiLibc: '/w', linker: '/l' };
const noPieces = { compiler: undefined, standardLibrary: undefined, wasiLibc: undefined, linker: undefined };
const nothing: RouteFindings = {
  forced: undefined,
  targetInstalled: false,
  rustupFound: false,
  debian: noPieces,
};

function errorOf(findings: RouteFindings): { kind: string; message: string } {
  const choice = chooseRoute(findings);
  if (choice.take !== 'none') throw new Error(`expected no route, not ${choice.take}`);
  return choice.error;
}

describe('chooseRoute', () => {
  it("takes the toolchain's own target before anything else", () => {
    expect(chooseRoute({ ...nothing, targetInstalled: true, rustupFound: true, debian: allPieces })).toEqual({
      take: 'rustup',
    });
  });

  it('asks rustup for the target before it takes Debian packages', () => {
    expect(chooseRoute({ ...nothing, rustupFound: true, debian: allPieces })).toEqual({ take: 'add-target' });
  });

  it("takes Debian's route where rustup is not there or could not", () => {
    expect(chooseRoute({ ...nothing, debian: allPieces })).toEqual({ take: 'debian' });
  });

  it("takes Debian's route when forced, although rustup's target is there", () => {
    expect(chooseRoute({ ...nothing, forced: 'debian', targetInstalled: true, debian: allPieces })).toEqual({
      take: 'debian',
    });
  });

  it("does not fall back to Debian's route when rustup's is forced", () => {
    const error = errorOf({ ...nothing, forced: 'rustup', debian: allPieces });
    expect(error.kind).toBe('missing-dependency');
    expect(error.message).toContain('LUMOS_WASM_ROUTE');
  });

  it('names each piece that is missing, and no other', () => {
    const error = errorOf({ ...nothing, debian: { ...allPieces, linker: undefined, wasiLibc: undefined } });
    expect(error.message).toContain('lacks wasi-libc, wasm-ld (lld-16)');
    expect(error.message).not.toContain('rust-web-src');
  });

  it('refuses a route it does not know as wrong usage', () => {
    const error = errorOf({ ...nothing, forced: 'nix' });
    expect(error).toMatchObject({ kind: 'invalid-input' });
    expect(error.message).toContain('"nix"');
  });
});

describe('chooseComponentRoute', () => {
  it("takes the toolchain's target, else asks rustup for it", () => {
    expect(chooseComponentRoute({ ...nothing, targetInstalled: true })).toEqual({ take: 'rustup' });
    expect(chooseComponentRoute({ ...nothing, rustupFound: true })).toEqual({ take: 'add-target' });
  });

  it('has no other: without rustup it says why and what mends it', () => {
    const choice = chooseComponentRoute({ ...nothing });
    if (choice.take !== 'none') throw new Error('a route was found');
    expect(choice.error.kind).toBe('missing-dependency');
    expect(choice.error.message).toContain('no rustup');
    expect(choice.error.remedy).toContain('rustup target add wasm32-wasip2');
  });

  it("has none where Debian's packages are asked for, which lack it, although the target is there", () => {
    const choice = chooseComponentRoute({ ...nothing, forced: 'debian', targetInstalled: true });
    if (choice.take !== 'none') throw new Error('a route was found');
    expect(choice.error.remedy).toBe('unset LUMOS_WASM_ROUTE');
  });
});

describe('isNewEnough', () => {
  it.each([
    ['release: 1.63.0', false],
    ['release: 1.88.0', false],
    ['release: 1.89.0', true],
    ['rustc 1.95.0\nrelease: 1.95.0\nhost: x', true],
    ['release: 2.0.0', true],
    ['no rustc at all', false],
  ])('says of %j: %s', (text, expected) => {
    expect(isNewEnough(text)).toBe(expected);
  });
});
