import { SETTINGS, type Setting } from '../../src/config/settings.js';
import { readPage } from './markdown.js';

const [, table = ''] = /<!-- settings:[^>]*-->\n([\s\S]*?)\n<!-- end of settings -->/.exec(readPage('README.md')) ?? [];

test('the table of settings in the README is that of the program', () => {
  const rows = (Object.values(SETTINGS) as Setting<unknown>[]).map(({ variable, shownDefault, help }) => {
    const shown = shownDefault === '' || shownDefault === 'unset' ? 'unset' : `\`${shownDefault}\``;
    return `| \`${variable}\` | ${shown} | ${help} |`;
  });
  expect(table.split('\n').slice(2)).toEqual(rows);
});
