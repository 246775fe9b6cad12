/**
 * Request headers that pages on other origins may send. The header of the page's own session is not among them, so that a
 * cookie that a browser attaches to a request of a neighbouring origin changes nothing.
 */
export const heardHeaders = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'X-Request-Id',
  'X-Requested-With',
  ...['traceparent', 'tracestate'],
  ...['If-Match', 'If-None-Match', 'If-Range', 'Range', 'Last-Event-ID'],
  ...['Repr-Digest', 'Content-Digest', 'Digest'],
  ...['Tus-Resumable', 'Upload-Length', 'Upload-Offset', 'Upload-Metadata', 'Upload-Defer-Length'],
  ...['Upload-Checksum', 'Upload-Concat', 'X-HTTP-Method-Override', 'X-Forwarded-Prefix'],
].join(', ');

/** Response headers that scripts on other origins may read, beside those that they always may. */
export const exposedHeaders = [
  ...['Location', 'Retry-After', 'X-Request-Id', 'WWW-Authenticate'],
  ...['ETag', 'Accept-Ranges', 'Content-Range', 'Content-Disposition', 'Repr-Digest'],
  ...['Tus-Resumable', 'Tus-Version', 'Tus-Extension', 'Tus-Max-Size', 'Tus-Checksum-Algorithm'],
  ...['Upload-Offset', 'Upload-Length', 'Upload-Metadata', 'Upload-Defer-Length', 'Upload-Expires'],
  ...['Filemill-File-Id', 'Filemill-Staleness-Ms'],
].join(', ');
