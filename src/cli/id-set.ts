const idBytes = 16;

/**
 * A set for millions of UUIDs: a hash table with open addressing in one buffer, 16 bytes a slot, with a load factor of
 * at most two thirds. The nil UUID, which no file has, marks a free slot.
 */
export class IdSet {
  #places = Buffer.alloc(1_024 * idBytes);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Answers whether the id is new. */
  add(id: string): boolean {
    const bytes = Buffer.from(id.replaceAll('-', ''), 'hex');
    if (!put(this.#places, bytes)) return false;
    this.#size += 1;
    if (this.#size * idBytes * 3 > this.#places.length * 2) this.#grow();
    return true;
  }

  #grow(): void {
    const larger = Buffer.alloc(this.#places.length * 2);
    for (let at = 0; at < this.#places.length; at += idBytes) put(larger, this.#places.subarray(at, at + idBytes));
    this.#places = larger;
  }
}

function put(places: Buffer, id: Buffer): boolean {
  if (isFree(id, 0)) return false;
  const count = places.length / idBytes;
  // The last bytes of a UUID are random, in version 7 too.
  for (let place = id.readUInt32LE(12) % count; ; place = (place + 1) % count) {
    const at = place * idBytes;
    if (isFree(places, at)) {
      id.copy(places, at);
      return true;
    }
    if (places.compare(id, 0, idBytes, at, at + idBytes) === 0) return false;
  }
}

function isFree(places: Buffer, at: number): boolean {
  return places.readBigUInt64LE(at) === 0n && places.readBigUInt64LE(at + 8) === 0n;
}
