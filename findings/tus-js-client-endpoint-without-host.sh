#!/bin/sh
# tus-js-client 4.3.1, as it is for browsers (Uppy uses it), with an endpoint that has no host.
#
# One would guess that a relative Location is resolved against the endpoint, whether that is https://files.example/uploads/
# or /uploads/: the comment of its own resolveUrl says so, and with a host it is. Without one, the Location is used as it came: the next
# request goes to "1", which a browser takes to be relative to its page. A page at https://files.example/app/ sends its bytes to
# /app/1 and is answered with 404.
#
# A user meets it where a page and its tus server have one origin, and the server answers with a relative Location, as
# RFC 9110 (section 10.2.2) and tus 1.0 allow. A Location with a path from the root, or a host, works from either endpoint.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund tus-js-client@4.3.1

cat >upload.mjs <<'END'
import { Upload } from './node_modules/tus-js-client/lib.esm/browser/index.js';

/** A server that answers the creation with this Location, and takes the bytes wherever they are sent to. */
function server(location, asked) {
  const answers = {
    POST: { status: 201, headers: { location } },
    PATCH: { status: 204, headers: { 'upload-offset': '4' } },
  };
  const createRequest = (method, url) => {
    const headers = {};
    const { status, headers: answered } = answers[method];
    const response = {
      getStatus: () => status,
      getHeader: (name) => answered[name.toLowerCase()],
      getBody: () => '',
      getUnderlyingObject: () => undefined,
    };
    return {
      getMethod: () => method,
      getURL: () => url,
      setHeader: (name, value) => void (headers[name] = value),
      getHeader: (name) => headers[name],
      setProgressHandler: () => undefined,
      abort: async () => undefined,
      getUnderlyingObject: () => undefined,
      send: async () => {
        asked.push(`${method} ${url}`);
        return response;
      },
    };
  };
  return { getName: () => 'server', createRequest };
}

for (const location of ['1', '/uploads/1'])
  for (const endpoint of ['https://files.example/uploads/', '/uploads/']) {
    const asked = [];
    await new Promise((resolve, reject) => {
      const options = { endpoint, storeFingerprintForResuming: false, httpStack: server(location, asked) };
      new Upload(new Blob(['1234']), { ...options, onSuccess: resolve, onError: reject }).start();
    });
    console.log(`Location: ${location}: ${asked.join(', ')}`);
  }
END

cat >expected <<'END'
Location: 1: POST https://files.example/uploads/, PATCH https://files.example/uploads/1
Location: 1: POST /uploads/, PATCH 1
Location: /uploads/1: POST https://files.example/uploads/, PATCH https://files.example/uploads/1
Location: /uploads/1: POST /uploads/, PATCH /uploads/1
END

node upload.mjs | tee seen
diff expected seen
echo "As it was seen with tus-js-client 4.3.1: without a host, the Location 1 is asked for as it came."
