import { random } from '../../src/platform/random.js';

test('ids are version 7, carry the time, sort as they were made, and never repeat', () => {
  const before = Date.now();
  const ids = Array.from({ length: 50_000 }, () => random.id());
  expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toBe(
    true,
  );
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  const made = parseInt(ids[0]!.slice(0, 13).replace('-', ''), 16);
  expect(made).toBeGreaterThanOrEqual(before);
  expect(made).toBeLessThanOrEqual(Date.now());
});
