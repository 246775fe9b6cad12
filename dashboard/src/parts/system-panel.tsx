import type { Json } from '#contract/schemas.ts';
import { getSystem } from '../api.ts';
import { bytes, count } from '../format.ts';
import { usePolled } from '../live/poll.ts';
import { Icon } from './icon.tsx';
import { Loading } from './loading.tsx';
import { ProblemNote } from './problem-note.tsx';

type System = Json<'System'>;
type State = System['dependencies'][number]['state'];

const everyMs = 10_000;

/** The services and the stores, as they see each other, and the room that is left. */
export function SystemPanel() {
  const { answer, problem } = usePolled(getSystem, everyMs);
  return (
    <section aria-labelledby="system">
      <h2 id="system">System</h2>
      {answer === undefined ? problem === undefined && <Loading lines={5} /> : <Parts system={answer} />}
      <ProblemNote problem={problem} />
    </section>
  );
}

function Parts({ system: { services, dependencies, volume } }: { readonly system: System }) {
  const workers = services.filter(({ service }) => service === 'worker');
  const versions = [...new Set(workers.map(({ version }) => version))].join(', ');
  return (
    <>
      <ul class="parts">
        <Store name="PostgreSQL" part="postgresql" dependencies={dependencies} />
        <Store name="Redis" part="redis" dependencies={dependencies} />
        {['upload', 'metadata', 'result'].map((name) => {
          const found = services.find(({ service }) => service === name);
          return (
            <Part key={name} name={name} state={found ? 'OK' : 'FAILING'} note={found?.version ?? ''} detail={null} />
          );
        })}
        <Part
          name={`${count(workers.length)} workers`}
          state={workers.length > 0 ? 'OK' : 'FAILING'}
          note={versions}
          detail={null}
        />
      </ul>
      {volume !== null && <Room volume={volume} />}
    </>
  );
}

interface StoreProps {
  readonly name: string;
  readonly part: string;
  readonly dependencies: System['dependencies'];
}

/** A store is as well as the service that sees it worst. */
function Store({ name, part, dependencies }: StoreProps) {
  const seen = dependencies.filter((one) => one.part === part);
  const failing = seen.find(({ state }) => state === 'FAILING');
  const state = failing ? 'FAILING' : seen.some((one) => one.state === 'OK') ? 'OK' : 'UNUSED';
  const version = seen.find((one) => one.version !== null)?.version;
  return <Part name={name} state={state} note={version ?? ''} detail={failing?.detail ?? null} />;
}

const looks = {
  OK: { tone: 'good', icon: 'check', word: 'OK' },
  FAILING: { tone: 'bad', icon: 'cross', word: 'failing' },
  UNUSED: { tone: '', icon: 'pause', word: 'not used' },
} as const;

function Part({
  name,
  state,
  note,
  detail,
}: {
  readonly name: string;
  readonly state: State;
  readonly note: string;
  readonly detail: string | null;
}) {
  const { tone, icon, word } = looks[state];
  return (
    <li>
      <span>{name}</span>
      <span class="quiet">{note}</span>
      <span class={`badge badge-${tone}`}>
        <Icon name={icon} />
        {word}
      </span>
      {detail !== null && <small>{detail}</small>}
    </li>
  );
}

function Room({
  volume: { bytes: all, free_bytes: free, reserve_bytes: reserve },
}: {
  readonly volume: NonNullable<System['volume']>;
}) {
  const isShort = free < 2 * reserve;
  return (
    <div class="room">
      <label for="room">Disk</label>
      <span class={isShort ? 'room-short' : 'quiet'}>
        {bytes(free)} free of {bytes(all)}
        {isShort && `; uploads are refused below ${bytes(reserve)}`}
      </span>
      <progress id="room" value={all - free} max={Math.max(1, all)} />
    </div>
  );
}
