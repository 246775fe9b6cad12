/** HTTP/2 as bytes, for clients that keep to no protocol at all. */
export const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

export const frameTypes = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  windowUpdate: 8,
  continuation: 9,
} as const;

export function frame(type: number, flags: number, stream: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A head of a call in HPACK, with nothing indexed but names that every table begins with. */
export function callHead(stream: number, path: string, authorization?: string): Buffer {
  const fields = [Buffer.of(0x83, 0x86), literal(4, path), literal(1, 'localhost'), literal(31, 'application/grpc')];
  if (authorization !== undefined) fields.push(literal(23, authorization));
  return frame(frameTypes.headers, 0x4, stream, Buffer.concat(fields));
}

/** A field that is not added to the table, named by its place in the static one. */
function literal(name: number, value: string): Buffer {
  const place = name < 15 ? Buffer.of(name) : Buffer.of(15, name - 15);
  return Buffer.concat([place, Buffer.of(value.length), Buffer.from(value)]);
}
