import { Poll } from '../../src/jobs/poll.js';
import { PollGroups } from '../../src/jobs/poll-groups.js';

const NOTHING_IS_HELD = { paused: [], limits: new Map<string, number>() };

function pollOf(groups: PollGroups, serves: readonly string[]) {
  const group = groups.of(serves);
  const poll = new Poll('worker', null, 1, true);
  group.add(poll);
  return { group, poll };
}

test('a poll whose job went to another comes back to a group that new jobs still find', () => {
  const groups = new PollGroups(NOTHING_IS_HELD, 256);
  const { group, poll } = pollOf(groups, ['mail']);
  expect(groups.match([{ id: 'first', queue: 'mail' }]).matches).toHaveLength(1);

  pollOf(groups, ['other']);
  group.add(poll);

  const assigned = groups.match([{ id: 'second', queue: 'mail' }]).matches.flatMap((match) => match.assigned);
  expect(assigned).toEqual([{ poll, job: { id: 'second', queue: 'mail' } }]);
});

test('a group whose polls were all answered is let go', () => {
  const groups = new PollGroups(NOTHING_IS_HELD, 256);
  const { group, poll } = pollOf(groups, ['mail']);
  poll.resolve([]);

  pollOf(groups, ['other']);

  expect([...groups]).not.toContain(group);
});

test('jobs of limited and of paused queues are dealt out to nobody', () => {
  const groups = new PollGroups({ paused: ['halted'], limits: new Map([['narrow', 1]]) }, 256);
  pollOf(groups, ['halted', 'narrow', 'mail']);

  expect(groups.match(['halted', 'narrow'].map((queue) => ({ id: queue, queue }))).matches).toEqual([]);
  expect(groups.match([{ id: 'free', queue: 'mail' }]).matches).toHaveLength(1);
});
