import { describe, expect, it } from 'vitest';
import { fitEffects, predictWithout, solveEffects } from '../../../src/model/linear/shared-effects.js';
import { invertSpd, multiply } from '../../../src/model/linear/spd-inverse.js';
import { seededRandom } from '../../../src/stats/random.js';
import { normal } from './synthetic-cells.js';

describe('the inverse of a symmetric positive definite matrix', () => {
  it('is that of a Hilbert matrix of order 3, known in whole numbers', () => {
    const hilbert = Float64Array.from([1, 1 / 2, 1 / 3, 1 / 2, 1 / 3, 1 / 4, 1 / 3, 1 / 4, 1 / 5]);
    const known = [9, -36, 30, -36, 192, -180, 30, -180, 180];
    invertSpd(hilbert, 3).forEach((value, i) => expect(value).toBeCloseTo(known[i] as number, 8));
  });

  it('times the matrix gives back a vector', () => {
    const random = seededRandom(3);
    const order = 40;
    const half = Float64Array.from({ length: order * order }, () => random.uniform());
    const matrix = new Float64Array(order * order);
    for (let i = 0; i < order; i++)
      for (let j = 0; j < order; j++) {
        let sum = i === j ? 1 : 0;
        for (let k = 0; k < order; k++)
          sum += (half[i * order + k] as number) * (half[j * order + k] as number);
        matrix[i * order + j] = sum;
      }
    const vector = Float64Array.from({ length: order }, () => random.uniform());
    multiply(invertSpd(matrix, order), multiply(matrix, vector)).forEach((value, i) =>
      expect(value).toBeCloseTo(vector[i] as number, 8),
    );
  });

  it('is refused for a matrix that is not definite', () => {
    expect(() => invertSpd(Float64Array.from([1, 2, 2, 1]), 2)).toThrow('not positive definite');
  });
});

// Yield of dyestuff from six batches (Davies & Goldsmith, "Statistical Methods in Research and Production", 1972).
const dyestuff = [
  [1545, 1440, 1440, 1520, 1580],
  [1540, 1555, 1490, 1560, 1495],
  [1595, 1550, 1605, 1510, 1560],
  [1445, 1440, 1595, 1465, 1545],
  [1595, 1630, 1515, 1635, 1625],
  [1520, 1455, 1450, 1480, 1445],
];

describe('shared effects', () => {
  it('have the maximum-likelihood variances published for the dyestuff data (lme4: 37.26 and 49.51)', () => {
    const values = Float64Array.from(dyestuff.flat(), (value) => value - 1527.5);
    const design = dyestuff.flatMap((own, batch) => own.map(() => [{ level: `${batch}`, scale: 1 }]));
    const noiseFactors = new Float64Array(values.length).fill(1);
    const { variances } = fitEffects(
      { values, design, terms: 1, noiseFactors },
      { iterations: 400, robust: false },
    );
    expect(Math.sqrt(variances.terms[0] as number)).toBeCloseTo(37.26, 1);
    expect(Math.sqrt(variances.noise)).toBeCloseTo(49.51, 1);
  });

  const simulated = (outlier = 0) => {
    const random = seededRandom(5);
    const effects = Array.from({ length: 12 }, () => normal(random));
    const design = Array.from({ length: 120 }, (_, i) => [
      { level: '', scale: 1 },
      { level: `${i % 12}`, scale: 1 },
    ]);
    const values = Float64Array.from(
      design,
      (_, i) => 3 + (effects[i % 12] as number) + 0.1 * normal(random),
    );
    if (outlier !== 0) values[7] = (values[7] as number) + outlier;
    return { data: { values, design, terms: 2, noiseFactors: new Float64Array(120).fill(1) }, effects };
  };

  it('predict a group left out as a solution without it does', () => {
    const { data } = simulated();
    const variances = { terms: [4, 1], noise: 0.01 };
    const group = [3, 15, 40];
    const rest = data.design.map((_, i) => i).filter((i) => !group.includes(i));
    const without = solveEffects(
      {
        ...data,
        values: Float64Array.from(rest, (i) => data.values[i] as number),
        design: rest.map((i) => data.design[i] as (typeof data.design)[number]),
        noiseFactors: new Float64Array(rest.length).fill(1),
      },
      variances,
    );
    const predicted = predictWithout(solveEffects(data, variances), data.values, group);
    group.forEach((index, i) => {
      const [all, level] = data.design[index] as (typeof data.design)[number];
      let expected = 0;
      rest.forEach((other, k) => {
        const shared = data.design[other]?.[1]?.level === level?.level ? 1 : 0;
        expected += (4 * (all?.scale ?? 0) + shared) * (without.dual[k] as number);
      });
      expect(predicted[i]).toBeCloseTo(expected, 8);
    });
  });

  it('do not move much for one wild observation', () => {
    const [plain, wild] = [simulated(), simulated(5)];
    const at = (data: typeof plain.data): number =>
      predictWithout(fitEffects(data), data.values, [19])[0] as number;
    expect(Math.abs(at(wild.data) - at(plain.data))).toBeLessThan(0.05);
  });
});
