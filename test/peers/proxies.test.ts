import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { filemill } from '../support/cli.ts';
import { type Cluster, httpServices, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { LimitingProxy } from '../support/limiting-proxy.ts';
import { testFolder } from '../support/start-services.ts';

import { documentedConfig, type Front, impatientConfigs, startFront, stockConfigs } from './support/fronts.ts';
import { Site } from './support/site.ts';
import { overGrpc, overHttp } from './support/ways-in.ts';

const resources = new AsyncDisposableStack();
let stack: Cluster;
/** Gives gRPC a port, and counts calls. */
let grpc: LimitingProxy;
let folder: string;

before(async () => {
  stack = resources.use(
    await startCluster({ services: httpServices, settings: { FILEMILL_HTTP_HOSTS: 'files.example' } }),
  );
  grpc = resources.use(await LimitingProxy.start(stack.env.FILEMILL_UPLOAD_TARGET ?? '', Number.POSITIVE_INFINITY));
  folder = resources.use(await testFolder()).path;
  await mkdir(join(folder, 'many'));
  for (let n = 0; n < 40; n++) await writeFile(join(folder, 'many', `${n}.bin`), randomBytes(27_000));
  await writeFile(join(folder, 'middling.bin'), randomBytes(3 * 2 ** 20));
  await writeFile(join(folder, 'large.bin'), randomBytes(20 * 2 ** 20));
});
after(() => resources.disposeAsync());

const start = async (name: keyof typeof stockConfigs, config: string) =>
  resources.use(await startFront(name, config, { http: new URL(stack.base).host, grpc: grpc.address }));

/** nginx takes no more in one request. */
const largerThanMebibyte = ['takes a large file by PUT', 'takes files by a form'];

for (const name of ['nginx', 'haproxy', 'caddy'] as const) {
  describe(`${name} as docs/proxies.md has it`, () => {
    let front: Front;
    before(async () => {
      front = await start(name, await documentedConfig(name));
    });
    for (const path of ['/', '/filemill/'])
      for (const [what, way] of Object.entries(overHttp))
        it(`${what} at ${path}`, () => way(new Site(front.base, path, 'files.example')));
    for (const [what, way] of Object.entries(overGrpc)) it(what, () => way(front.grpc, folder));
  });

  describe(`${name} without any setting`, () => {
    let front: Front;
    before(async () => {
      front = await start(name, stockConfigs[name]);
    });
    for (const [what, way] of Object.entries(overHttp)) {
      const isRefused = name === 'nginx' && largerThanMebibyte.includes(what);
      it(isRefused ? `refuses more than 1 MiB: ${what}` : what, async () => {
        const using = way(new Site(front.base, '/', new URL(front.base).host));
        await (isRefused ? assert.rejects(using, /413|EPIPE|ECONNRESET/) : using);
      });
    }
    for (const [what, way] of Object.entries(overGrpc)) it(what, () => way(front.grpc, folder));
  });

  it(`${name} that cuts what is silent for a second is outlived by those who wait`, async () => {
    const front = await start(name, impatientConfigs[name]);
    const watches = grpc.calls('WatchFiles');
    const uploading = filemill(['upload', join(folder, 'middling.bin'), '--wait', '--json'], { server: front.grpc });
    const early = uploading.then(({ stderr }) => assert.fail(`It did not wait: ${stderr}`));
    await Promise.race([
      early,
      eventually('the streams were opened again', () => grpc.calls('WatchFiles') >= watches + 4),
    ]);
    const worker = await stack.start('worker');
    const { code, stdout, stderr } = await uploading;
    await worker.stop();
    assert.equal(code, 0, stderr);
    assert.match(stdout, /COMPLETED/);
    assert.equal(stderr.includes('127.0.0.1'), false, stderr);
  });
}

describe('nginx that compresses whatever it passes on', () => {
  const gzip = 'server { gzip on; gzip_proxied any; gzip_types *; gzip_min_length 1;';
  for (const what of ['tells of what happens while it happens', 'says when nothing has changed'])
    it(what, async () => {
      const front = await start('nginx', stockConfigs.nginx.replace('server {', gzip));
      await overHttp[what]?.(new Site(front.base, '/', new URL(front.base).host));
    });
});
