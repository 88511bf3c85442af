const { createTransformer } = require('@swc/jest');

const RELATIVE_REQUIRE = /\brequire\("(\.{1,2}\/[^"]+)\.js"\)/g;

/**
 * SWC to CommonJS. The sources name each other `./x.js`, as Node's ES modules want it, while the file is `x.ts`: the ending is
 * dropped here and not by `moduleNameMapper`, which globalSetup does not heed and which would reach into packages too.
 */
module.exports = {
  createTransformer(options) {
    const swc = createTransformer(options);
    return {
      ...swc,
      process(...args) {
        const result = swc.process(...args);
        return { ...result, code: result.code.replace(RELATIVE_REQUIRE, 'require("$1")') };
      },
    };
  },
};
