/** The content of a part that is small enough to be held, or all of it as it comes. */
export async function smallContent(
  content: AsyncIterable<Uint8Array>,
  mostBytes: number,
): Promise<Buffer | AsyncIterable<Uint8Array>> {
  const chunks = content[Symbol.asyncIterator]();
  const held: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await chunks.next();
    if (done) return Buffer.concat(held);
    held.push(value);
    bytes += value.length;
    if (bytes > mostBytes) return joined(held, chunks);
  }
}

async function* joined(held: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* held;
  yield* { [Symbol.asyncIterator]: () => rest };
}
