import { z } from 'zod';
import { ConfigError } from '#platform/config.ts';
import { type S3Location, s3Location } from '../s3/client/location.ts';

const place = z.string().transform((text, context): 'volume' | S3Location => {
  if (text === 'volume') return text;
  const { data, error } = s3Location.safeParse(text);
  if (data !== undefined) return data;
  context.addIssue({ code: 'custom', message: error.issues[0]?.message ?? 'must be volume or s3://BUCKET/PREFIX' });
  return z.NEVER;
});

/** Settings of every process that reads or writes the bytes of files. */
export const storeSettings = {
  /** Where the bytes of files are kept: `volume` is the folder FILEMILL_STORAGE_DIR; `s3://BUCKET/PREFIX?endpoint=URL&region=NAME` is a bucket. */
  store: place.prefault('volume'),
  /** A second store, `volume` or `s3://…`, from which files are read and removed, but to which none is added: for moving from one to the other. */
  storeAlso: place.optional(),
  /** The folder of the volume. */
  storageDir: z.string().optional(),
} as const;

/** The stores of a process: at most one of each kind. */
export interface StorePlaces {
  readonly volume: string | undefined;
  readonly s3: S3Location | undefined;
  /** The one that takes new files. */
  readonly first: 'volume' | 's3';
}

type StoreSettings = z.infer<z.ZodObject<typeof storeSettings>>;

/** @throws ConfigError */
export function storePlaces({ store, storeAlso, storageDir }: StoreSettings): StorePlaces {
  const places = [store, storeAlso].filter((each) => each !== undefined);
  const buckets = places.filter((each) => each !== 'volume');
  if (places.length - buckets.length > 1)
    throw new ConfigError('FILEMILL_STORE_ALSO: the volume is the first store already');
  // The key of a file tells the kind of its store, and no more.
  if (buckets.length > 1) throw new ConfigError('FILEMILL_STORE_ALSO: one of the two stores must be the volume');
  const usesVolume = places.includes('volume');
  if (usesVolume && storageDir === undefined) throw new ConfigError('FILEMILL_STORAGE_DIR is not set');
  return {
    volume: usesVolume ? storageDir : undefined,
    s3: buckets[0],
    first: store === 'volume' ? 'volume' : 's3',
  };
}
