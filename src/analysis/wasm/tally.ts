/**
 * What has been counted so far, in two readings of the same bytes: as UTF-8, and as 8-bit text, whose white
 * space is that of ASCII (the names with `byte`). src/analysis/content/kernel.ts knows the order of the fields, and
 * that they take 64 bytes: V8 allocates more than that at ten times the cost.
 */
@unmanaged
class Tally {
  words: u64;
  byteWords: u64;
  lines: u64;
  bytes: u64;
  /** Bytes 80 to BF: in UTF-8, each other byte begins a character. */
  continuations: u64;
  /** The flags below. */
  seen: u32;
  /** The last four bytes, the very last in the highest bits; of ASCII, any four. */
  lastBytes: u32;
  /** Masks of the white space in the last 64 bytes. */
  spaces: u64;
  byteSpaces: u64;
}

/** A byte that ASCII does not have. */
export const high: u32 = 1;
/** A byte that may not stand where it does in UTF-8. */
export const malformed: u32 = 2;
/** A control character that text files do not hold: C0 but BEL to CR and ESC, and DEL. */
export const oddControl: u32 = 4;
export const nul: u32 = 8;
/** The last character is not complete; the only flag that can go away again. */
export const cut: u32 = 16;

export const tally = changetype<Tally>(memory.data(offsetof<Tally>(), 8));
