/** A record of a presentation: an atom, or a container of records. */
export interface Atom {
  readonly type: number;
  /** Tells records of the same type apart. */
  readonly instance: number;
  readonly isContainer: boolean;
  readonly data: Buffer;
}

/** The types of records that matter here. Source: [MS-PPT] 2.13.24; those above 0xf000 are of [MS-ODRAW]. */
export const recordType = {
  document: 0x03e8,
  slide: 0x03ee,
  notes: 0x03f0,
  slideReference: 0x03f3,
  drawing: 0x040c,
  placeholder: 0x0bc3,
  outlineReference: 0x0f9e,
  textHeader: 0x0f9f,
  wideText: 0x0fa0,
  narrowText: 0x0fa8,
  string: 0x0fba,
  slideNumber: 0x0fd8,
  slideList: 0x0ff0,
  edit: 0x0ff5,
  dateTime: 0x0ff7,
  genericDate: 0x0ff8,
  header: 0x0ff9,
  footer: 0x0ffa,
  formattedDate: 0x1015,
  tags: 0x1388,
  binaryTag: 0x138a,
  binaryTagData: 0x138b,
  offsets: 0x1772,
  comment: 0x2ee0,
  drawingContainer: 0xf002,
  shapeGroup: 0xf003,
  shape: 0xf004,
  textBox: 0xf00d,
  shapeData: 0xf011,
} as const;

const headerLength = 8;

/** The record at an offset, as much of it as there is. */
export function recordAt(bytes: Buffer, offset: number): Atom | undefined {
  if (offset + headerLength > bytes.length) return undefined;
  const kind = bytes.readUInt16LE(offset);
  const length = bytes.readUInt32LE(offset + 4);
  return {
    type: bytes.readUInt16LE(offset + 2),
    instance: kind >> 4,
    isContainer: (kind & 0x0f) === 0x0f,
    data: bytes.subarray(offset + headerLength, offset + headerLength + length),
  };
}

/** The records that follow each other in these bytes. */
export function* recordsIn(bytes: Buffer): Iterable<Atom> {
  let at = 0;
  for (let record = recordAt(bytes, at); record !== undefined; record = recordAt(bytes, at)) {
    yield record;
    at += headerLength + record.data.length;
  }
}
