import type { Cluster } from './cluster.ts';
import type { Container, Probe } from './objects.ts';

/** Asks once, from inside the container, what the kubelet would ask. @returns what is wrong, or nothing */
export async function probe(cluster: Cluster, pod: string, container: Container): Promise<string | undefined> {
  const { readinessProbe } = container;
  if (readinessProbe === undefined) return undefined;
  const args = ['exec', `${cluster.name}-${pod}`, ...commandOf(readinessProbe, container)];
  const { code, stdout, stderr } = await cluster.run(args);
  return code === 0 ? undefined : stderr.trim() || stdout.trim() || `the probe ended with ${code}`;
}

function commandOf({ exec, httpGet, grpc }: Probe, container: Container): readonly string[] {
  if (exec !== undefined) return exec.command;
  if (httpGet !== undefined) {
    const url = `http://127.0.0.1:${portOf(httpGet.port, container)}${httpGet.path}`;
    return nodeScript(`const answer = await fetch('${url}');
      if (!answer.ok) { console.error(await answer.text()); process.exitCode = 1; }`);
  }
  if (grpc !== undefined)
    return nodeScript(`import { RpcChannel } from '#platform/rpc/client.ts';
      import { Health, HealthCheckResponse_ServingStatus as Status } from '#gen/grpc/health/v1/health_pb.ts';
      using channel = new RpcChannel('127.0.0.1:${grpc.port}');
      const { status } = await channel.client(Health).check({}, { timeoutMs: 5_000 });
      if (status !== Status.SERVING) { console.error('not serving'); process.exitCode = 1; }`);
  throw new Error(`${container.name}: the kind of its readinessProbe is not understood`);
}

function nodeScript(script: string): readonly string[] {
  return ['node', '--input-type=module', '--eval', script];
}

function portOf(port: string | number, { ports = [] }: Container): number {
  const found = typeof port === 'number' ? port : ports.find(({ name }) => name === port)?.containerPort;
  if (found === undefined) throw new Error(`the probe names port "${port}", which is not there`);
  return found;
}
