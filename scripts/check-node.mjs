// Imported first by every script, and written so that any Node.js since 14 can read it: its job is to say that it is too old.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 12)) {
  console.error(
    `This needs Node.js 20.12 or later, and this is ${process.version}. Get a newer one from https://nodejs.org.`,
  );
  process.exit(1);
}
