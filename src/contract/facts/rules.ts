import { inWords, joined, languageName, moment, pixels, plural } from './in-words.ts';

/** How each finding is told to people. */

export type Found = Readonly<Record<string, unknown>>;

/** How numbers with a unit are written. */
export interface FactFormat {
  bytes(value: number): string;
  seconds(value: number): string;
}

/** A finding, or several that make one fact, and the text of it; `inWords` by default. */
export interface FactRule {
  readonly fields: readonly string[];
  readonly name: string;
  /** Digits to compare, not to read. */
  readonly isCode?: boolean;
  show?(found: Found, format: FactFormat): string | readonly string[];
}

export interface FactRules {
  readonly title: string;
  /** In this order, and before all other findings. */
  readonly rules: readonly FactRule[];
}

const text: FactRules = {
  title: 'Document',
  rules: [
    ...plain('title', 'author', 'subject'),
    rule('language', ['language'], ({ language }) => languageName(language)),
    ...plain('pages', 'sheets', 'slides', 'messages', 'attachments'),
    rule('created', ['created'], ({ created }) => moment(created)),
    rule('modified', ['modified'], ({ modified }) => moment(modified)),
    rule('Unicode words', ['words_unicode']),
    rule('words by part', ['words_by_part'], ({ words_by_part: words }) =>
      Object.keys(words ?? {}).length > 1 ? inWords(words) : [],
    ),
    ...plain('lines', 'characters'),
    rule('text kept', ['kept_characters'], ({ kept_characters: kept }) => plural(kept, 'character') ?? inWords(kept)),
  ],
};

const archive: FactRules = {
  title: 'Archive',
  rules: [
    rule('format', ['format', 'compression'], ({ format, compression }) => joined([format, compression], ' in ')),
    rule('contents', ['entries', 'directories'], ({ entries, directories }) =>
      joined([plural(entries, 'file'), plural(directories, 'folder')]),
    ),
    rule('unpacked', ['total_size'], ({ total_size: size }, { bytes }) => bytes(Number(size))),
    rule('packed', ['packed_size'], ({ packed_size: size }, { bytes }) => bytes(Number(size))),
    rule('ratio', ['ratio'], ({ ratio }) => `${inWords(ratio)} : 1`),
    // A name from right to left would take the size along, were it first.
    rule('largest files', ['largest'], ({ largest }, { bytes }) =>
      parts(largest).map(({ name, size }) => `${bytes(Number(size))}: ${name}`),
    ),
    rule('listed up to', ['limits'], ({ limits }) => `the limit of ${inWords(limits)}`),
  ],
};

const image: FactRules = {
  title: 'Image',
  rules: [
    rule('pixels', ['width', 'height'], ({ width, height }) => pixels(width, height) ?? joined([width, height])),
    rule('bits a sample', ['bit_depth']),
    rule('colour', ['color']),
    rule('transparency', ['alpha']),
    ...plain('frames'),
    rule('camera', ['camera_make', 'camera_model'], ({ camera_make: make, camera_model: model }) =>
      joined([make, model], ' '),
    ),
    ...plain('lens'),
    rule('taken', ['taken'], ({ taken }) => moment(taken)),
    ...plain('orientation', 'position'),
  ],
};

const media: FactRules = {
  title: 'Media',
  rules: [
    ...plain('title', 'artist', 'album'),
    rule('duration', ['duration'], ({ duration }, { seconds }) => seconds(Number(duration))),
    ...plain('container'),
    rule('bit rate', ['bitrate'], ({ bitrate }) => `${inWords(Math.round(Number(bitrate) / 1_000))} kbit/s`),
    rule('streams', ['streams'], ({ streams }) => parts(streams).map(streamText)),
  ],
};

/** By the key in `findings`. Findings that no rule names are shown under their own names. */
export const factRules: Readonly<Record<string, FactRules>> = {
  text,
  archive,
  image,
  media,
  hashes: {
    title: 'Hashes',
    rules: Object.entries({ md5: 'MD5', sha1: 'SHA-1', sha512: 'SHA-512', blake3: 'BLAKE3', crc32c: 'CRC-32C' }).map(
      ([field, name]) => ({ fields: [field], name, isCode: true }),
    ),
  },
  bytes: {
    title: 'Bytes',
    rules: [rule('entropy', ['entropy'], ({ entropy }) => `${inWords(entropy)} bits a byte`)],
  },
};

function plain(...fields: string[]): FactRule[] {
  return fields.map((field) => rule(field, [field]));
}

function rule(name: string, fields: readonly string[], show?: FactRule['show']): FactRule {
  return { name, fields, ...(show && { show }) };
}

/** `video h264, 1,920 × 1,080, 25 a second`. */
function streamText({ type, codec, width, height, fps, channels, sample_rate: rate }: Found): string {
  return joined([
    joined([type, codec], ' '),
    pixels(width, height),
    plural(fps, 'frame a second', 'frames a second'),
    plural(channels, 'channel'),
    plural(rate, 'Hz', 'Hz'),
  ]);
}

function parts(value: unknown): readonly Found[] {
  return Array.isArray(value) ? value : [];
}
