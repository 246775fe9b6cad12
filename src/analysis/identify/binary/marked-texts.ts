import { latin1 } from './bytes.ts';
import { type Detector, when } from './detector.ts';

/** Texts with markup that may hold a stray NUL or bytes of another charset. */
export const markedTexts: readonly Detector[] = [
  ...when('text/html', '<', ({ head }) => /^<(?:!doctype html|html)[\s>]/i.test(latin1(head, 0, 20))),
  ...when('application/xml', '<?xml ', ({ head }) => /^<\?xml\s+version\s*=/.test(latin1(head, 0, 40))),
];
