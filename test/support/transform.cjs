const { createTransformer } = require('@swc/jest');

const RELATIVE_REQUIRE = /\brequire\("(\.{1,2}\/[^"]+)\.js"\)/g;

/**
 * The sources name each other `./x.js`, as Node's ES modules want it, while the file is `x.ts`: the ending is dropped from what SWC
 * made, and not by `moduleNameMapper`, which globalSetup does not heed and which would reach into packages too.
 */
function withoutEndings(code) {
  return code.replace(RELATIVE_REQUIRE, 'require("$1")');
}

module.exports = {
  withoutEndings,
  createTransformer(options) {
    const swc = createTransformer(options);
    return {
      ...swc,
      process(...args) {
        const result = swc.process(...args);
        return { ...result, code: withoutEndings(result.code) };
      },
    };
  },
};
