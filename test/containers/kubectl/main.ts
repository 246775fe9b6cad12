import { stopCommands } from '../command.ts';
import { removeLabelled } from '../engine.ts';
import { apply } from './apply.ts';
import { Cluster } from './cluster.ts';
import { deletePods } from './delete-pods.ts';
import { parseCommandLine } from './flags.ts';
import { execute, getPods, logs } from './pods.ts';
import { portForward } from './port-forward.ts';
import { untilReady } from './wait.ts';

// The part of `kubectl` that the tests and docs/deploy.md use, for a machine without a cluster: each pod is a
// container of podman's or Docker's, each Service a name on their network. It reads the manifests as they are,
// and refuses what it would have to leave out.
const { FILEMILL_POD_ENGINE: engine = '', FILEMILL_POD_FOLDER: folder = '' } = process.env;
const cluster = new Cluster(engine, folder);
const { verb, targets, flags, command } = parseCommandLine(process.argv.slice(2));

const verbs: Readonly<Record<string, () => Promise<void>>> = {
  apply: () => apply(cluster, flags.filename ?? []),
  create: () => apply(cluster, flags.filename ?? [], { mustBeNew: true }),
  exec: () => execute(cluster, targets, command),
  logs: () => logs(cluster, targets, flags),
  get: () => getPods(cluster, targets, flags),
  wait: () => untilReady(cluster, targets, flags),
  rollout: () => untilReady(cluster, targets.slice(1), flags),
  delete: () =>
    targets[0] === 'namespace' ? removeLabelled(cluster.engine, cluster.label) : deletePods(cluster, targets, flags),
  'port-forward': () => portForward(cluster, targets),
};

// What runs until it is told to end sees to that itself. Else: a container that is being made is not left to itself.
const endsItself = ['exec', 'logs', 'port-forward'].includes(verb);
if (!endsItself) process.once('SIGTERM', () => void stopCommands().then(() => process.exit(143)));
try {
  const run = verbs[verb];
  if (run === undefined) throw new Error(`"${verb}" needs a cluster`);
  await run();
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : error}`);
  process.exitCode ||= 1;
}
