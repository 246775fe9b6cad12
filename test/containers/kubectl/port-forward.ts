import { imageName } from '../images.ts';
import type { Cluster } from './cluster.ts';

/** Runs in a container of its own: one published port, every connection to a pod behind the Service. */
const relay = (service: string, port: string) => `
  const { connect, createServer } = require('node:net');
  const server = createServer((near) => {
    const far = connect(${port}, '${service}');
    near.pipe(far).pipe(near);
    const end = () => { near.destroy(); far.destroy(); };
    for (const socket of [near, far]) socket.on('error', end).on('close', end);
  });
  server.listen(${port}, '0.0.0.0', () => console.log('Forwarding'));
  process.on('SIGTERM', () => process.exit());`;

/** `kubectl port-forward service/NAME LOCAL:PORT`, until this process is told to end. */
export async function portForward(cluster: Cluster, [target = '', ports = '']: readonly string[]): Promise<void> {
  const service = /^(?:service|svc)\/(.+)$/.exec(target)?.[1] ?? '';
  const [local, port = ''] = ports.split(':');
  cluster.find('Service', service);
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  const name = `${cluster.name}-forward-${local}`;
  const place = ['--network', cluster.network, '--publish', `127.0.0.1:${local}:${port}`];
  const program = ['--entrypoint', 'node', imageName('upload'), '--eval', relay(service, port)];
  await cluster.must(['run', '--detach', '--name', name, '--label', cluster.label, ...place, ...program]);
  console.log(`Forwarding from 127.0.0.1:${local} -> ${port}`);
  if (!stop.signal.aborted) {
    // Something has to keep the process: a signal handler does not.
    const alive = setInterval(() => undefined, 60_000);
    await new Promise((resolve) => stop.signal.addEventListener('abort', resolve, { once: true }));
    clearInterval(alive);
  }
  await cluster.run(['rm', '--force', name]);
}
