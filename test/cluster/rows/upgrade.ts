import type { ClusterFault } from '../faults.ts';

/** What was uploaded before, during and after it comes to its end. A cluster can be upgraded once. */
export const upgradeFault: ClusterFault = {
  row: 11,
  name: 'upgrade',
  title: 'the schema, and then each host in turn, go from the release of 2f3f833 to this one',
  async inject({ stack, load, injected }) {
    await stack.upgrade(async () => {
      injected();
      await load.acknowledges(5);
    });
  },
};
