import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import jsxA11y from 'eslint-plugin-jsx-a11y';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const NODE_GLOBALS = Object.fromEntries(
  [
    ...['process', 'console', 'performance', 'crypto', 'Buffer', 'URL', 'URLSearchParams', 'fetch', 'Response'],
    ...['AbortController', 'AbortSignal', 'TextDecoder', 'TextEncoder', 'structuredClone'],
    ...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'queueMicrotask'],
  ].map((name) => [name, 'readonly']),
);

const OF_THE_ENVIRONMENT = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'Settings are read in src/config, once; take what you need from Config.',
};
const OF_CHANCE_AND_TIME = [
  { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: 'Use platform/clock.' },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Use platform/clock.' },
  { selector: "MemberExpression[object.name='performance'][property.name='now']", message: 'Use platform/clock.' },
  { selector: "MemberExpression[object.name='Math'][property.name='random']", message: 'Use platform/random.' },
  { selector: 'CallExpression[callee.name=/^randomUUID$|^randomBytes$/]', message: 'Use platform/random.' },
];
const NO_FORWARD_REF = { selector: "CallExpression[callee.name='forwardRef']", message: 'Modules depend one way.' };

export default tseslint.config(
  { ignores: ['dist/', 'data/', 'coverage/', '**/node_modules/', 'src/contract/openapi-types.ts'] },
  js.configs.recommended,
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: { globals: NODE_GLOBALS },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: { module: 'writable', require: 'readonly' } },
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['vite.config.ts'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      'no-console': 'error',
      // Many methods are async because their interface is.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', OF_THE_ENVIRONMENT, ...OF_CHANCE_AND_TIME, NO_FORWARD_REF] },
  },
  {
    files: ['src/platform/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', OF_THE_ENVIRONMENT, NO_FORWARD_REF] },
  },
  {
    // The two programs hand the environment to the config.
    files: ['src/config/**/*.ts', 'src/main.ts', 'src/migrate.ts', 'src/write-openapi.ts'],
    rules: { 'no-restricted-syntax': ['error', ...OF_CHANCE_AND_TIME, NO_FORWARD_REF] },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // Bodies of responses and rows of ad hoc SQL have no type but what the test asserts of them.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['client/**/*.{ts,tsx}'],
    extends: [reactHooks.configs.flat.recommended, jsxA11y.flatConfigs.recommended],
    // A dialog that opens takes the focus; the rule is about pages.
    rules: { 'jsx-a11y/no-autofocus': 'off' },
  },
  {
    files: ['client/public/**/*.js'],
    languageOptions: {
      globals: { document: 'readonly', window: 'readonly', localStorage: 'readonly', matchMedia: 'readonly' },
    },
  },
  {
    files: ['bench/**', 'examples/**', 'scripts/**'],
    rules: { 'no-console': 'off' },
  },
  prettier,
);
