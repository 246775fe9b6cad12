/**
 * The counts so far, in two readings of the same bytes: as UTF-8, and as 8-bit text with the white space of ASCII (the names
 * with `byte`). src/analysis/content/kernel.ts depends on the order of the fields, and on their 64 bytes: V8 allocates more
 * than that at ten times the cost.
 */
@unmanaged
class Tally {
  words: u64;
  byteWords: u64;
  lines: u64;
  bytes: u64;
  /** Bytes 80 to BF. In UTF-8, every other byte begins a character. */
  continuations: u64;
  /** The flags below. */
  seen: u32;
  /** The last four bytes, the last one in the highest bits; after ASCII, any four ASCII bytes. */
  lastBytes: u32;
  /** Masks of the white space in the last 64 bytes. */
  spaces: u64;
  byteSpaces: u64;
}

/** A byte beyond ASCII. */
export const high: u32 = 1;
/** A byte in a place that UTF-8 does not allow. */
export const malformed: u32 = 2;
/** A control character that text files do not use: DEL, and C0 without BEL to CR and ESC. */
export const oddControl: u32 = 4;
export const nul: u32 = 8;
/** The last character is incomplete; the only flag that can be cleared again. */
export const cut: u32 = 16;

export const tally = changetype<Tally>(memory.data(offsetof<Tally>(), 8));
