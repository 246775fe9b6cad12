import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  MkvOutputFormat,
  MovOutputFormat,
  Mp4OutputFormat,
  Output,
  type OutputFormat,
  WebMOutputFormat,
} from 'mediabunny';
import { type CoreFields, UnreadableFile } from '#domain/analysis.ts';
import { memoryBlob } from '#test/support/memory-blobs.ts';
import { media } from './media.ts';

async function find(mime: string, bytes: Buffer) {
  const core = { mime_type: mime } as CoreFields;
  assert.ok(media.accepts(core));
  return media.schema.parse((await media.analyze(memoryBlob(bytes), { filename: '', core, findings: {} })).findings);
}

/** Two seconds of 25 images a second and of sound, which begin at `start`. */
async function movieOf(format: OutputFormat, start = 0): Promise<Buffer> {
  const target = new BufferTarget();
  const output = new Output({ format, target });
  const video = new EncodedVideoPacketSource('vp9');
  const audio = new EncodedAudioPacketSource('opus');
  output.addVideoTrack(video, { frameRate: 25 });
  output.addAudioTrack(audio);
  output.setMetadataTags({ title: 'A tïtle', artist: 'An artist', album: 'An album' });
  await output.start();
  const videoConfig = { codec: 'vp09.00.10.08', codedWidth: 320, codedHeight: 180 };
  const audioConfig = { codec: 'opus', numberOfChannels: 2, sampleRate: 48_000 };
  for (let at = 0; at < 50; at++) {
    const kind = at % 25 === 0 ? 'key' : 'delta';
    const image = new EncodedPacket(new Uint8Array(100), kind, start + at / 25, 1 / 25);
    await video.add(image, { decoderConfig: videoConfig });
    const sound = new EncodedPacket(new Uint8Array(20), 'key', start + at / 25, 1 / 25);
    await audio.add(sound, { decoderConfig: audioConfig });
  }
  await output.finalize();
  return Buffer.from(target.buffer as ArrayBuffer);
}

const movies: readonly (readonly [mime: string, OutputFormat])[] = [
  ['video/mp4', new Mp4OutputFormat()],
  ['video/mp4', new Mp4OutputFormat({ fastStart: 'fragmented' })],
  ['video/quicktime', new MovOutputFormat()],
  ['video/matroska', new MkvOutputFormat()],
  ['video/webm', new WebMOutputFormat()],
];

describe('a movie', () => {
  for (const [at, [mime, format]] of movies.entries())
    it(`has a duration, streams and tags: ${mime} (${at})`, async () => {
      const { duration, streams, title, artist } = await find(mime, await movieOf(format));
      assert.deepEqual([duration, title, artist], [2, 'A tïtle', 'An artist']);
      assert.deepEqual(streams, [
        { type: 'video', codec: 'vp9', width: 320, height: 180, fps: 25 },
        { type: 'audio', codec: 'opus', channels: 2, sample_rate: 48_000 },
      ]);
    });

  it('is as long as it plays, wherever its timestamps begin', async () => {
    assert.equal((await find('video/matroska', await movieOf(new MkvOutputFormat(), 10))).duration, 2);
  });

  it('that is recorded live has no sizes, and its blocks tell how long it is', async () => {
    const live = await movieOf(new MkvOutputFormat({ appendOnly: true }), 4);
    const { duration, streams } = await find('video/matroska', live);
    assert.deepEqual([duration, (streams as unknown[]).length], [1.96, 2]);
  });

  it('is read or refused, whatever its bytes', async () => {
    const bytes = await movieOf(new MkvOutputFormat());
    const places = fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(places, async (changes) => {
        const changed = Buffer.from(bytes);
        for (const [at, byte] of changes) changed[at] = byte;
        await find('video/matroska', changed).catch((error) => {
          if (!(error instanceof UnreadableFile)) throw error;
        });
      }),
      { numRuns: 200 },
    );
  });

  it('is refused when it is cut off', async () => {
    for (const [mime, format] of movies) {
      const bytes = await movieOf(format);
      await assert.rejects(find(mime, bytes.subarray(0, 60)), { name: 'UnreadableFile', code: 'damaged' });
    }
  });
});

describe('a sound', () => {
  it('has the duration of all its frames, though no header states it and their lengths vary', async () => {
    // MPEG 1 layer III, 48 kHz: 24 ms a frame, whatever its bitrate.
    const frame = (index: number, kilobits: number) => {
      const bytes = Buffer.alloc(Math.floor((144 * kilobits * 1_000) / 48_000));
      bytes.writeUInt32BE((0xfffb_0400 | (index << 12) | 0xc0) >>> 0);
      return bytes;
    };
    const frames = Array.from({ length: 500 }, (_, at) => (at < 50 ? frame(1, 32) : frame(14, 320)));
    const { duration, streams } = await find('audio/mpeg', Buffer.concat(frames));
    assert.ok(Math.abs(Number(duration) - 12) <= 0.024, String(duration));
    assert.deepEqual(streams, [{ type: 'audio', codec: 'mp3', channels: 1, sample_rate: 48_000 }]);
  });

  it('has what its header says: WAVE', async () => {
    const wave = Buffer.alloc(44 + 88_200);
    wave.write('RIFF', 0);
    wave.writeUInt32LE(wave.length - 8, 4);
    wave.write('WAVEfmt ', 8);
    wave.writeUInt32LE(16, 16);
    for (const [at, value] of [
      [20, 1],
      [22, 1],
      [32, 2],
      [34, 16],
    ] as const)
      wave.writeUInt16LE(value, at);
    wave.writeUInt32LE(44_100, 24);
    wave.writeUInt32LE(88_200, 28);
    wave.write('data', 36);
    wave.writeUInt32LE(88_200, 40);
    const { duration, bitrate, streams } = await find('audio/wav', wave);
    assert.deepEqual([duration, bitrate], [1, 705_952]);
    assert.deepEqual(streams, [{ type: 'audio', codec: 'pcm-s16', channels: 1, sample_rate: 44_100 }]);
  });
});

describe('an AVI file', () => {
  const chunk = (name: string, ...content: readonly Buffer[]) => {
    const bytes = Buffer.concat(content);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return Buffer.concat([Buffer.from(name), length, bytes, Buffer.alloc(bytes.length % 2)]);
  };
  const list = (name: string, ...content: readonly Buffer[]) => chunk('LIST', Buffer.from(name), ...content);
  const stream = (type: string, [scale, rate, length]: readonly [number, number, number], format: Buffer) => {
    const header = Buffer.alloc(56);
    header.write(type);
    header.writeUInt32LE(scale, 20);
    header.writeUInt32LE(rate, 24);
    header.writeUInt32LE(length, 32);
    return list('strl', chunk('strh', header), chunk('strf', format));
  };
  const bitmap = Buffer.alloc(40);
  bitmap.writeInt32LE(320, 4);
  bitmap.writeInt32LE(-180, 8);
  bitmap.write('H264', 16);
  const wave = Buffer.from('5500020044ac0000803e00000100000000', 'hex');
  const headers = list('hdrl', stream('vids', [1_001, 30_000, 90], bitmap), stream('auds', [1, 44_100, 88_200], wave));
  const info = list('INFO', chunk('INAM', Buffer.from('A tïtle\0')));
  const avi = chunk('RIFF', Buffer.from('AVI '), headers, info);

  it('has a duration, streams and tags', async () => {
    const { duration, title, streams } = await find('video/vnd.avi', avi);
    assert.deepEqual([duration, title], [3.003, 'A tïtle']);
    assert.deepEqual(streams, [
      { type: 'video', codec: 'H264', width: 320, height: 180, fps: 29.97 },
      { type: 'audio', codec: 'mp3', channels: 2, sample_rate: 44_100 },
    ]);
  });

  it('is refused when it has no streams or cut off ones', async () => {
    for (const bytes of [chunk('RIFF', Buffer.from('AVI '), info), avi.subarray(0, 60)])
      await assert.rejects(find('video/vnd.avi', bytes), { name: 'UnreadableFile', code: 'damaged' });
  });
});
