import assert from 'node:assert/strict';

const program = `
  echo "uid=$(id -u)"
  grep -E '^(CapEff|CapPrm|CapBnd|NoNewPrivs):' /proc/1/status
  for folder in / /usr/local/bin /tmp /app /etc "$@"; do
    if [ -d "$folder" ] && touch "$folder/planted" 2>/dev/null; then echo "writable=$folder"; fi
  done
  for tool in npm npx yarn gcc make; do if command -v $tool >/dev/null; then echo "tool=$tool"; fi; done`;

/** The command to run inside a container; `folders` are further ones that must not be writable. */
export function hardeningCommand(...folders: readonly string[]): readonly string[] {
  return ['sh', '-c', program, 'sh', ...folders];
}

export interface Expected {
  readonly user: string;
  /** Folders that are meant to be writable: a `tmpfs`. */
  readonly writable?: readonly string[];
}

/** What the container says of itself must be: an unprivileged user, no capability, and nowhere to write. */
export function assertHardened(where: string, said: string, { user, writable = [] }: Expected): void {
  const values = (name: string) =>
    [...said.matchAll(new RegExp(`^${name}[=:]\\s*(.*)$`, 'gm'))].map(([, value]) => value);
  assert.deepEqual(values('uid'), [user], `${where}: the user`);
  for (const set of ['CapEff', 'CapPrm', 'CapBnd'])
    assert.deepEqual(values(set), ['0000000000000000'], `${where}: ${set}`);
  assert.deepEqual(values('NoNewPrivs'), ['1'], `${where}: no new privileges`);
  assert.deepEqual(
    values('writable').filter((folder) => !writable.includes(folder ?? '')),
    [],
    `${where}: writable folders`,
  );
  if (user === '10001') assert.deepEqual(values('tool'), [], `${where}: development tools`);
}
