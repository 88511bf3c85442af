import { parseRedisUrl } from '../../src/platform/redis/redis-url.js';

test('a plain URL names host, port, database and credentials', () => {
  expect(parseRedisUrl('redis://:p%40ss@db.example:6380/2')).toEqual({
    kind: 'single',
    nodes: [{ host: 'db.example', port: 6380 }],
    isEncrypted: false,
    database: 2,
    password: 'p@ss',
  });
  expect(parseRedisUrl('rediss://[::1]')).toMatchObject({ nodes: [{ host: '::1', port: 6379 }], isEncrypted: true });
});

test('a Sentinel URL names the sentinels and the master', () => {
  expect(parseRedisUrl('redis+sentinel://user:secret@one,two:26380/jobs/1')).toEqual({
    kind: 'sentinel',
    nodes: [
      { host: 'one', port: 26379 },
      { host: 'two', port: 26380 },
    ],
    isEncrypted: false,
    master: 'jobs',
    database: 1,
    username: 'user',
    password: 'secret',
  });
});

test('a Cluster URL names some of its nodes', () => {
  expect(parseRedisUrl('rediss+cluster://one,two:7001')).toMatchObject({
    kind: 'cluster',
    isEncrypted: true,
    nodes: [
      { host: 'one', port: 6379 },
      { host: 'two', port: 7001 },
    ],
  });
});

test.each([
  'http://one',
  'redis://user:secret@one,two',
  'redis+sentinel://user:secret@one',
  'redis://user:secret@one/first',
  'redis://user:secret@one:port',
])('%s is refused, without a word of the password', (url) => {
  expect(() => parseRedisUrl(url)).toThrow(/^(?!.*secret)/);
});
