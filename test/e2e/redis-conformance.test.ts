import { redisConformance, single } from '../support/redis-conformance.ts';

redisConformance('the Redis stream', () => single());
