import { systemSuite } from './system.ts';

systemSuite('swift');
