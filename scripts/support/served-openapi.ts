import { createLogger } from '#platform/logger.ts';
import { createApp } from '../../src/services/web/app.ts';
import { createBackend } from '../../src/services/web/backend.ts';
import { HostList } from '../../src/services/web/http/origin-guard.ts';

/** The OpenAPI document as the web service answers with it; no other service is needed. */
export async function servedOpenApi(): Promise<unknown> {
  using backend = createBackend('unix:/nonexistent/filemill.sock');
  const logger = createLogger('web', { level: 'silent', format: 'json' });
  const app = createApp({
    backend,
    maxFileSize: 1,
    hosts: HostList.of('127.0.0.1:80', ''),
    logger,
    dashboard: undefined,
  });
  const answer = await app.inject({ url: '/api/v1/openapi.json', headers: { host: '127.0.0.1' } });
  await app.close();
  return answer.json();
}
