import { checkedRegistry, analyzers as standard } from './registry.ts';

/**
 * For the tests of the pool: the analysers of production, and one that does harm when the file's name
 * asks for it.
 */
export const analyzers = checkedRegistry([
  ...standard,
  {
    name: 'poison',
    version: '1',
    start: ({ filename }) => ({
      update: () => harms[filename]?.(),
      finish: () => ({}),
    }),
  },
]);

const harms: Readonly<Record<string, () => void>> = {
  loop() {
    for (;;);
  },
  heap() {
    const kept: object[] = [];
    for (;;) kept.push(Array.from({ length: 1_000 }, () => ({})));
  },
  throw() {
    throw new Error('the content upset me: \ud800\0');
  },
  exit() {
    process.exit(3);
  },
  later() {
    setTimeout(() => {
      throw new Error('too late');
    });
  },
};
