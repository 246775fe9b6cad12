import type { Kubectl } from './kubectl.ts';

const workloads = [
  'statefulset/postgres',
  'statefulset/redis',
  'deployment/metadata',
  'deployment/result',
  'deployment/worker',
  'deployment/web',
  'deployment/upload',
] as const;

export interface Pod {
  readonly name: string;
  readonly restarts: number;
  readonly startedAt: Date;
}

/** The pods of a service or a database. */
export async function podsOf(kubectl: Kubectl, app: string): Promise<readonly Pod[]> {
  const listing = await kubectl.must('get', 'pods', '--selector', `app.kubernetes.io/name=${app}`, '--output', 'json');
  const { items } = JSON.parse(listing) as { items: readonly PodDetails[] };
  return items.map(
    ({
      metadata,
      status: {
        containerStatuses: [container],
      },
    }) => ({
      name: metadata.name,
      restarts: container.restartCount,
      startedAt: new Date(container.state.running?.startedAt ?? 0),
    }),
  );
}

interface PodDetails {
  readonly metadata: { readonly name: string };
  readonly status: {
    readonly containerStatuses: readonly [
      { readonly restartCount: number; readonly state: { readonly running?: { readonly startedAt: string } } },
    ];
  };
}

export async function allReady(kubectl: Kubectl): Promise<void> {
  for (const workload of workloads) await kubectl.must('rollout', 'status', workload, '--timeout=180s');
}
