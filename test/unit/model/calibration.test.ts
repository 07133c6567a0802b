import { expect, it } from 'vitest';
import { loadExperiment } from '../../../src/experiment/experiment-file.js';
import { calibrationFunctions } from '../../../src/model/hold-out/schemes.js';

it('the experiment calibration measures what stays when an environment is left out, and nothing else', () => {
  expect(loadExperiment('calibration', 'experiments').functions).toEqual(calibrationFunctions);
});

it('the experiment environments has the calibration functions, and others to be predicted from them', () => {
  const { functions, environments } = loadExperiment('environments', 'experiments');
  expect(functions).toEqual(expect.arrayContaining([...calibrationFunctions]));
  expect(functions).toHaveLength(12);
  expect(environments).toEqual(['local', 'edge', 'edge-small']);
});
