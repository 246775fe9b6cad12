import assert from 'node:assert/strict';
import { get } from 'node:http';
import { describe, it } from 'node:test';
import { ConnectProxy } from '../support/connect-proxy.ts';
import { type ServiceName, startService, testFolder } from '../support/start-services.ts';

const [metadata, result, upload] = ['metadata.invalid:1', 'result.invalid:2', 'upload.invalid:3'];
const targets = { FILEMILL_METADATA_TARGET: metadata, FILEMILL_RESULT_TARGET: result, FILEMILL_UPLOAD_TARGET: upload };

describe('FILEMILL_PROXY in the environment of a service', () => {
  const rows: readonly [ServiceName, asked: string][] = [
    ['upload', metadata],
    ['worker', metadata],
    ['web', upload],
  ];
  for (const [service, asked] of rows) {
    it(`leads the calls of ${service} through the proxy`, async () => {
      await using proxy = await ConnectProxy.start({ refusal: '403 Forbidden' });
      await using folder = await testFolder();
      const listen = { FILEMILL_GRPC_LISTEN: `unix:${folder.path}/g`, FILEMILL_HTTP_LISTEN: `unix:${folder.path}/h` };
      const env = {
        ...targets,
        ...listen,
        FILEMILL_STORAGE_DIR: folder.path,
        FILEMILL_OPS_LISTEN: `unix:${folder.path}/o`,
      };
      await using _ = await startService(service, { ...env, FILEMILL_PROXY: `http://${proxy.address}` });
      // Whether it is ready depends on those it calls.
      get({ socketPath: `${folder.path}/o`, path: '/readyz' }).on('error', () => undefined);
      await proxy.isAsked(asked);
    });

    it(`stops the boot of ${service} when it cannot be used`, async () => {
      await using folder = await testFolder();
      const env = { ...targets, FILEMILL_STORAGE_DIR: folder.path, FILEMILL_PROXY: 'socks5://proxy.example:1080' };
      await assert.rejects(startService(service, env), /cannot start: FILEMILL_PROXY: .*socks5/);
    });
  }
});
