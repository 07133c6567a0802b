import { describe, expect, it } from 'vitest';
import { recordsOfCsv } from '../../../src/import/rows/csv-records.js';
import { SourceLosses } from '../../../src/import/source-losses.js';

describe('a CSV file of many chunks', () => {
  it('is read without a listener left behind for each wait', async () => {
    const warnings: string[] = [];
    const onWarning = ({ name }: Error): void => {
      warnings.push(name);
    };
    process.on('warning', onWarning);
    async function* chunks(): AsyncGenerator<Buffer> {
      yield Buffer.from('a,b\n');
      for (let i = 0; i < 16; i++) yield await Promise.resolve(Buffer.from('1,2\n'.repeat(20_000)));
    }
    let records = 0;
    const csv = { source: 'f', losses: new SourceLosses({}), end: { isCut: false }, isFigure: () => true };
    for await (const { number } of recordsOfCsv(chunks(), csv)) records = number;
    // Warnings come in a later turn of the loop.
    await new Promise((done) => setImmediate(done));
    process.off('warning', onWarning);
    expect(records).toBe(320_001);
    expect(warnings).toEqual([]);
  });
});
