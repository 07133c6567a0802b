import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

/**
 * The arrows of the house (docs/design.md): each room names the rooms it may import. Whatever is not
 * named is refused, so the planes cannot import each other and `model`/`report` touch no plane.
 */
export const rooms = {
  domain: [],
  files: ['domain'],
  policies: ['domain'],
  stats: ['domain'],
  records: ['domain', 'files'],
  'user-plane': ['domain', 'files', 'stats'],
  'control-plane': ['domain', 'files', 'policies'],
  'data-plane': ['domain'],
  simulation: ['domain', 'stats', 'policies'],
  report: ['domain', 'stats', 'records'],
  import: ['domain', 'files', 'records'],
  model: ['domain', 'files', 'stats', 'records', 'simulation'],
  experiment: [
    'domain',
    'files',
    'policies',
    'stats',
    'records',
    'user-plane',
    'control-plane',
    'data-plane',
  ],
  conformance: ['domain', 'stats', 'records', 'user-plane', 'control-plane', 'data-plane', 'experiment'],
  cli: [
    'domain',
    'files',
    'policies',
    'stats',
    'simulation',
    'records',
    'user-plane',
    'control-plane',
    'data-plane',
    'import',
    'report',
    'model',
    'experiment',
    'conformance',
  ],
};

const processModules = ['child_process', 'node:child_process', 'cluster', 'node:cluster'];

/**
 * @param {string} room
 * @param {readonly string[]} allowed
 * @returns {import('typescript-eslint').ConfigWithExtends}
 */
function roomRule(room, allowed) {
  const forbidden = Object.keys(rooms).filter((other) => other !== room && !allowed.includes(other));
  return {
    files: [`src/${room}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: processModules.map((name) => ({
            name,
            message: 'Processes are started in src/control-plane/process only.',
          })),
          patterns: [
            ...forbidden.map((other) => ({
              group: [`**/${other}/**`, `!**/*/${room}/${other}/**`],
              message: `The room ${room} may not import ${other} (docs/design.md).`,
            })),
            {
              group: ['**/index.js'],
              message: 'index.ts is the public door; inside the house name the file.',
            },
          ],
        },
      ],
    },
  };
}

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'dist-bench/**',
      'node_modules/**',
      'functions/target/**',
      'lumos-results/**',
      'test/cases/**',
    ],
  },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 14],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    // The unit rule: a quantity's type carries its unit; a bare number named like one is a defect.
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'TSPropertySignature[key.name=/(Ms|Bytes|Joules|Nanoseconds)$/] > TSTypeAnnotation > TSNumberKeyword',
          message: 'Use a branded unit of src/domain/units.ts, not a bare number.',
        },
        {
          selector: 'Identifier[name=/(Ms|Bytes|Joules)$/] > TSTypeAnnotation > TSNumberKeyword',
          message: 'Use a branded unit of src/domain/units.ts, not a bare number.',
        },
      ],
    },
  },
  ...Object.entries(rooms).map(([room, allowed]) => roomRule(room, allowed)),
  { files: ['src/control-plane/process/**/*.ts'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: { 'max-lines-per-function': 'off', 'max-lines': 'off' },
  },
  { files: ['eslint.config.js', 'functions/**/*.js'], ...tseslint.configs.disableTypeChecked },
);
