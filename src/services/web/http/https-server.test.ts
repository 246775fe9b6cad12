import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createLogger } from '#platform/logger.ts';
import { Certificates } from '#platform/tls/certificates.ts';
import { type Authority, makeAuthority, type Pair, writePair, writePem } from '#test/support/certificates.ts';
import { testFolder } from '#test/support/start-services.ts';
import { createApp } from '../app.ts';
import { createBackend } from '../backend.ts';
import { HostList } from './origin-guard.ts';

describe('HTTPS', () => {
  const resources = new AsyncDisposableStack();
  let folder: string;
  let authority: Authority;
  let stranger: Authority;
  let paths: Pair;
  let clientPair: Pair;
  before(async () => {
    folder = resources.use(await testFolder()).path;
    authority = await makeAuthority('test CA');
    stranger = await makeAuthority('another CA');
    paths = await writePair(folder, 'server', await authority.issue());
    clientPair = await authority.issue(['client']);
  });
  after(() => resources.disposeAsync());

  async function serve(clientCa?: string) {
    const certificates = new Certificates({ tlsCert: paths.cert, tlsKey: paths.key, tlsClientCa: clientCa });
    const backend = resources.use(createBackend('unix:/nonexistent/filemill.sock'));
    const logger = createLogger('web', { level: 'silent', format: 'json' });
    const hosts = HostList.of('127.0.0.1:0', '');
    const app = createApp({ backend, maxFileSize: 2 ** 30, hosts, logger, dashboard: undefined, certificates });
    resources.defer(() => app.close());
    await app.listen({ host: '127.0.0.1', port: 0 });
    return { certificates, port: (app.server.address() as AddressInfo).port };
  }

  it('is served to a client that trusts the CA, and to no other', async () => {
    const { port } = await serve();
    assert.equal(await ask(port, { ca: authority.cert }), 200);
    assert.equal(await ask(port, { ca: stranger.cert }), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    const clear = await fetch(`http://127.0.0.1:${port}/livez`).catch((error: Error) => error.message);
    assert.equal(clear, 'fetch failed');
  });

  it('is served to those with a certificate of the CA where one is asked for', async () => {
    const { port } = await serve(await writePem(join(folder, 'ca.pem'), authority.cert));
    assert.equal(await ask(port, { ca: authority.cert, ...clientPair }), 200);
    const foreign = await stranger.issue(['client']);
    for (const pair of [{}, foreign]) assert.equal(typeof (await ask(port, { ca: authority.cert, ...pair })), 'string');
  });

  it('takes a new certificate for new connections, and keeps those it has', async () => {
    const { certificates, port } = await serve();
    using agent = keptAlive(authority.cert);
    assert.equal(await ask(port, { agent: agent.agent }), 200);
    await writePair(folder, 'server', await stranger.issue());
    assert.equal(certificates.reload(), true);
    assert.equal(await ask(port, { agent: agent.agent }), 200, 'over the connection that was there');
    assert.equal(await ask(port, { ca: stranger.cert }), 200);
    assert.equal(await ask(port, { ca: authority.cert }), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    await writePair(folder, 'server', await authority.issue());
  });
});

function keptAlive(ca: string): { readonly agent: Agent } & Disposable {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca });
  return { agent, [Symbol.dispose]: () => agent.destroy() };
}

/** The status of /livez, or the code of the failure. */
async function ask(port: number, options: object): Promise<number | string> {
  const asking = request({ host: '127.0.0.1', port, path: '/livez', agent: false, ...options }).end();
  try {
    const [answer] = await once(asking, 'response');
    answer.resume();
    await once(answer, 'end');
    return answer.statusCode;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}
