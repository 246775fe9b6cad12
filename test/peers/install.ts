import { ensureDebianPackages } from '../../scripts/support/debian-packages.ts';
import { firstRelease, installRelease, previousRelease } from '../support/release.ts';
import { installTools } from './support/tools.ts';
import { installValkey, valkeyVersions } from './support/valkey.ts';

// Once, before the tests: two of them at the same time would fight for dpkg's lock.
ensureDebianPackages([
  'nginx',
  'haproxy',
  'caddy',
  'pgbouncer',
  'curl',
  'openssl',
  'libfaketime',
  'prometheus',
  'python3-pip',
  'python3-requests',
  'python3-httpx',
  'python3-aiohttp',
  'exfatprogs',
  'exfat-fuse',
  'dosfstools',
  'fusefat',
  'mergerfs',
  'sshfs',
  'openssh-sftp-server',
  'python3-fusepy',
  'mandoc',
  'groff',
  'zsh',
  'fish',
]);
installTools();
for (const release of [firstRelease, previousRelease]) installRelease(release);
for (const version of valkeyVersions) installValkey(version);
