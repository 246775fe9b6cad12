/** Prints the OpenAPI document of the HTTP API, without a server. */
import { createBackend } from '../src/services/web/backend.ts';
import { AccessGate } from '../src/services/web/http/access.ts';
import { openApiDocument } from '../src/services/web/http/openapi.ts';
import { LiveFeed } from '../src/services/web/live/live-feed.ts';
import { allRoutes } from '../src/services/web/routes/index.ts';

// Nothing connects before the first call.
using backend = createBackend('unix:/nonexistent/filemill.sock');
using feed = new LiveFeed(backend);
const gate = new AccessGate(backend, 'none');
const document = openApiDocument(allRoutes({ backend, feed, gate, maxFileSize: 0 }));
console.log(JSON.stringify(document, undefined, 2));
