import { redisConformance, single } from '../support/redis-conformance.ts';
import { valkeyServer, valkeyVersions } from './support/valkey.ts';

for (const version of valkeyVersions) redisConformance(`Valkey ${version}`, () => single(valkeyServer(version)));
