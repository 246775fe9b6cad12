/** A chunk with as large a part of its memory is alone in there: what else a message holds is a few bytes. */
const nearlyAll = 0.9;

/**
 * Frees the memory of a chunk that came in a message of its own, which nobody may use any more. The collector, outside
 * of whose heap it lies, would notice it much later (docs/adr/0017-how-node-runs-a-service.md).
 */
export function giveBack({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && byteLength > nearlyAll * buffer.byteLength) buffer.transfer(0);
}
