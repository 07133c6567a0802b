import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../../../sdks/typescript/src/storage/configuration.js';
import { encode } from '../../../../sdks/typescript/src/text.js';
import { protocolVectors } from '../../control-plane/invoke/vectors.js';

const parse = (text: string) => parseConfiguration(encode(text));

describe('parseConfiguration', () => {
  it('takes the test vector', () => {
    const [body] = [...protocolVectors()].filter(([what]) => what.startsWith('configure')).map(([, v]) => v);
    expect(parseConfiguration(body?.subarray(5) ?? Buffer.alloc(0))).toEqual({
      limit: 1_048_576,
      way: 'file',
      folder: '/data',
    });
  });

  it('takes all that a service needs, and ignores names it does not know', () => {
    const text =
      'storage=s3\naccess=direct\nconnection=per-invocation\nlimit=9\nnews=x\nurl=http://a=b\nregion=r\nprefix=p/\n';
    const place = { url: 'http://a=b', region: 'r', prefix: 'p/', reused: false };
    expect(parse(text)).toEqual({ limit: 9, way: 's3', place });
    expect(parse('storage=redis\naccess=host\nlimit=10\n')).toEqual({ limit: 10, way: 'host' });
  });

  it.each([
    ['', 'it has no limit'],
    ['limit=1\n', 'it has no storage'],
    ['limit=-1\nstorage=inline\n', 'its limit is no number'],
    ['limit=1\nstorage=tape\n', "its storage is none of the protocol's"],
    ['limit=1\nstorage=file\n', 'it has no access'],
    ['limit=1\nstorage=file\naccess=odd\n', "its access is none of the protocol's"],
    ['limit=1\nstorage=file\naccess=direct\n', 'it has no folder'],
    ['limit=1\nstorage=redis\naccess=direct\n', 'it has no connection'],
    ['limit=1\nstorage=redis\naccess=direct\nconnection=reused\n', 'it has no url'],
    ['limit=1\nstorage=s3\naccess=direct\nconnection=reused\nurl=u\n', 'it has no region'],
    ['limit=1\nstorage=inline', 'a line is not name=value'],
    ['limit=1\nnothing\n', 'a line is not name=value'],
  ])('refuses %j', (text, why) => {
    expect(() => parse(text)).toThrow(`the configuration of the storage: ${why}`);
  });

  it('refuses what is not UTF-8', () => {
    expect(() => parseConfiguration(Buffer.from('limit=\xff\n', 'latin1'))).toThrow('it is not UTF-8');
  });
});
