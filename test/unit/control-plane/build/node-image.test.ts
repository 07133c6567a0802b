import { describe, expect, it } from 'vitest';
import { nodeCommand, parseLdd } from '../../../../src/control-plane/build/node-image.js';

const said = `	linux-vdso.so.1 (0x00007efd0fcc7000)
	libdl.so.2 => /lib/x86_64-linux-gnu/libdl.so.2 (0x00007efd0fcb1000)
	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007efd0f73e000)
	/lib64/ld-linux-x86-64.so.2 (0x00007efd0fcc9000)
`;

describe('parseLdd', () => {
  it('finds the libraries and the loader, and passes over what the kernel gives', () => {
    expect(parseLdd(said)).toEqual({
      libraries: ['/lib/x86_64-linux-gnu/libdl.so.2', '/lib/x86_64-linux-gnu/libc.so.6'],
      loader: '/lib64/ld-linux-x86-64.so.2',
    });
  });

  it('finds nothing for a program that is linked with nothing', () => {
    expect(parseLdd('\tstatically linked\n')).toEqual({ libraries: [] });
  });
});

describe('nodeCommand', () => {
  it('runs Node by its own loader and libraries, and without one as it is', () => {
    expect(nodeCommand(parseLdd(said))).toEqual([
      '/opt/node/lib/ld-linux-x86-64.so.2',
      '--library-path',
      '/opt/node/lib',
      '/opt/node/node',
    ]);
    expect(nodeCommand({ libraries: [] })).toEqual(['/opt/node/node']);
  });
});
