/** What lies in a bag knows its place there; -1 outside of one. */
export interface Bagged {
  place: number;
}

/**
 * A set without an order, for objects that come and go by the thousand a second. With a `Set`, V8 would copy most of them while it
 * collects young objects, though they are gone: a table that a set has outgrown keeps what was in it and points to the next one, so
 * that one old table keeps alive everything that was in the set since.
 */
export class Bag<Item extends Bagged> implements Iterable<Item> {
  private readonly items: Item[] = [];

  get size(): number {
    return this.items.length;
  }

  [Symbol.iterator](): Iterator<Item> {
    return this.items.values();
  }

  add(item: Item): void {
    item.place = this.items.push(item) - 1;
  }

  /** Nothing happens when it is out already. */
  delete(item: Item): void {
    if (item.place < 0) return;
    const last = this.items.pop()!;
    if (last !== item) {
      this.items[item.place] = last;
      last.place = item.place;
    }
    item.place = -1;
  }
}
