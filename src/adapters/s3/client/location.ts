import { z } from 'zod';

/** Where the objects of Filemill are. */
export interface S3Location {
  /** The scheme, host and port of the server. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** What stands in front of every key, with its final `/`; empty if the whole bucket is Filemill's. */
  readonly prefix: string;
}

const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** Characters that need no escape in a URL, in XML and in a signature. */
const prefixes = /^([A-Za-z0-9_][A-Za-z0-9._-]*\/)*$/;
const regions = /^[A-Za-z0-9-]+$/;

/** `s3://BUCKET/PREFIX?endpoint=URL&region=NAME`; without an endpoint, the bucket is at AWS. */
export const s3Location = z.string().transform((text, context): S3Location => {
  try {
    return parseLocation(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});

/** @throws Error that says what is wrong, without the name of the setting */
function parseLocation(text: string): S3Location {
  const url = URL.parse(text);
  if (url?.protocol !== 's3:') throw new Error('must be s3://BUCKET/PREFIX?endpoint=URL&region=NAME');
  if (url.username || url.password)
    throw new Error('must not contain credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  const unknown = url.searchParams.keys().find((name) => name !== 'endpoint' && name !== 'region');
  if (unknown !== undefined) throw new Error(`"${unknown}" is not a parameter; those are endpoint and region`);
  if (!bucketName.test(url.host)) throw new Error(`"${url.host}" cannot be the name of a bucket`);
  const path = url.pathname.replace(/^\/+|\/+$/g, '');
  const prefix = path === '' ? '' : `${path}/`;
  if (!prefixes.test(prefix)) throw new Error('the prefix may contain only letters, digits, "_", "-", "." and "/"');
  const region = url.searchParams.get('region') ?? 'us-east-1';
  if (!regions.test(region)) throw new Error(`"${region}" cannot be the name of a region`);
  const endpoint = url.searchParams.get('endpoint') ?? `https://s3.${region}.amazonaws.com`;
  return { endpoint: originOf(endpoint), region, bucket: url.host, prefix };
}

function originOf(endpoint: string): string {
  const url = URL.parse(endpoint);
  if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '')
    throw new Error('the endpoint must be http://HOST:PORT or https://HOST:PORT');
  return url.origin;
}
