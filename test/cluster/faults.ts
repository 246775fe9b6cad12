import type { Fault, Scene } from '../faults/fault.ts';
import type { HostCluster } from './cluster.ts';
import { hostFaults } from './rows/hosts.ts';
import { networkFaults } from './rows/network.ts';
import { upgradeFault } from './rows/upgrade.ts';

export type ClusterFault = Fault<HostCluster>;
export type ClusterScene = Scene<HostCluster>;

/** The table: see "Many hosts" in docs/reliability.md. */
export const clusterFaults: readonly ClusterFault[] = [upgradeFault, ...networkFaults, ...hostFaults];
