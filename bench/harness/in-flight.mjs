/** Calls `send(n)` until `count` items are through, `chunk` items a call, `lines` calls at a time. */
export async function inFlight(count, chunk, lines, send) {
  let left = count;
  const line = async () => {
    while (left > 0) {
      const n = Math.min(chunk, left);
      left -= n;
      await send(n);
    }
  };
  await Promise.all(Array.from({ length: lines }, line));
}
