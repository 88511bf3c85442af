import { JOB_STATUSES, TRANSITIONS } from '../../src/contract/job-state.js';
import { linesOfBlocks, readPage } from './markdown.js';

test('the diagram of the state machine has the edges of the table, and no other', () => {
  const drawn = linesOfBlocks(readPage('docs/state-machine.md'), 'mermaid').flatMap((line) => {
    const [, from, to] = /^\s*(\w+) --> (\w+)/.exec(line) ?? [];
    return from === undefined ? [] : [`${from} -> ${to}`];
  });
  const edges = JOB_STATUSES.flatMap((from) => TRANSITIONS[from].map((to) => `${from} -> ${to}`));
  expect(drawn.sort()).toEqual(edges.sort());
});
