import { inflateRawSync } from 'node:zlib';
import type { Random } from '#test/faults/random.ts';
import { zipOf } from '#test/support/zip-writer.ts';

/** A document that something has happened to. */
export function mutant(random: Random, documents: readonly Buffer[]): Buffer {
  const original = pick(random, documents);
  const members = original.readUInt32LE() === localHeader ? membersOf(original) : [];
  // Most changes of a packed document break its checksum, so half of them are made to a part and packed again.
  if (members.length === 0 || random.next() < 0.5) return changed(random, original, documents);
  const victim = random.between(0, members.length - 1);
  const others = members.map(({ content }) => content);
  return zipOf(
    members.map(({ name, content }, at) => ({
      name,
      content: at === victim ? changed(random, content, others) : content,
      stored: random.next() < 0.2,
    })),
  );
}

/** Several changes, one after the other. */
function changed(random: Random, original: Buffer, others: readonly Buffer[]): Buffer {
  let content: Buffer = Buffer.from(original);
  for (let times = random.between(1, 4); times > 0; times--) content = pick(random, changes)(random, content, others);
  return content.subarray(0, maxBytes);
}

const maxBytes = 4 * 2 ** 20;

type Change = (random: Random, content: Buffer, others: readonly Buffer[]) => Buffer;

const changes: readonly Change[] = [
  function flipBits(random, content) {
    for (let times = random.between(1, 16); times > 0 && content.length > 0; times--) {
      const at = random.between(0, content.length - 1);
      content[at] = (content[at] ?? 0) ^ (1 << random.between(0, 7));
    }
    return content;
  },
  function overwrite(random, content) {
    const value = pick(random, [0x00, 0xff, 0x7f, 0x80, 0x20, 0x3c, 0x7b]);
    const [from, to] = range(random, content, 32);
    return content.fill(value, from, to);
  },
  function cut(random, content) {
    return content.subarray(0, random.between(0, content.length));
  },
  function remove(random, content) {
    const [from, to] = range(random, content, 4_096);
    return Buffer.concat([content.subarray(0, from), content.subarray(to)]);
  },
  function repeat(random, content) {
    const [from, to] = range(random, content, 2_048);
    const block = content.subarray(from, to);
    const copies = Array.from({ length: random.between(1, 50) }, () => block);
    return Buffer.concat([content.subarray(0, to), ...copies, content.subarray(to)]);
  },
  function splice(random, content, others) {
    const other = pick(random, others);
    const [from, to] = range(random, other, 8_192);
    const at = random.between(0, content.length);
    return Buffer.concat([content.subarray(0, at), other.subarray(from, to), content.subarray(at)]);
  },
  function swapNumber(random, content) {
    if (content.length < 4) return content;
    const at = random.between(0, content.length - 4);
    content.writeUInt32LE(pick(random, [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0xffff_fffe, 0x1000]), at);
    return content;
  },
];

function range(random: Random, content: Buffer, longest: number): readonly [from: number, to: number] {
  const from = random.between(0, content.length);
  return [from, Math.min(content.length, from + random.between(0, longest))];
}

function pick<T>(random: Random, values: readonly T[]): T {
  return values[random.between(0, values.length - 1)] as T;
}

const localHeader = 0x0403_4b50;

/** The members of an archive whose sizes its local headers say, as those of the made set do. */
function membersOf(archive: Buffer): { name: string; content: Buffer }[] {
  const members: { name: string; content: Buffer }[] = [];
  for (let at = 0; at + 30 <= archive.length && archive.readUInt32LE(at) === localHeader; ) {
    const [flags, method, packed] = [
      archive.readUInt16LE(at + 6),
      archive.readUInt16LE(at + 8),
      archive.readUInt32LE(at + 18),
    ];
    const name = at + 30;
    const data = name + archive.readUInt16LE(at + 26) + archive.readUInt16LE(at + 28);
    if ((flags & 9) !== 0 || data + packed > archive.length) return [];
    const content = archive.subarray(data, data + packed);
    members.push({
      name: archive.toString('latin1', name, name + archive.readUInt16LE(at + 26)),
      content: method === 0 ? content : inflateRawSync(content),
    });
    at = data + packed;
  }
  return members;
}
