import { systemSuite } from './system.ts';

systemSuite('ceph');
