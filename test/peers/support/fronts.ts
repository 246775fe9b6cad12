import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../support/free-port.ts';
import { type Program, startProgram } from './program.ts';

export type FrontName = 'nginx' | 'haproxy' | 'caddy';

/** A proxy of Debian in front of the web and the upload service. */
export interface Front extends AsyncDisposable {
  /** Where HTTP is served on this machine. */
  readonly base: string;
  /** `HOST:PORT` of gRPC. */
  readonly grpc: string;
  readonly output: () => string;
}

/** `HOST:PORT` of the services behind it. */
export interface Upstreams {
  readonly http: string;
  readonly grpc: string;
}

/** As docs/proxies.md has it. */
export async function documentedConfig(name: FrontName): Promise<string> {
  const document = await readFile(new URL('../../../docs/proxies.md', import.meta.url), 'utf8');
  const [, config] = new RegExp(`^\`\`\`${name}\n(.*?)^\`\`\`$`, 'ms').exec(document) ?? [];
  if (config === undefined) throw new Error(`docs/proxies.md has no block of ${name}.`);
  return config;
}

/** Nothing that is not needed to reach the services at all. */
export const stockConfigs: Readonly<Record<FrontName, string>> = {
  nginx: `
    server { listen 80; location / { proxy_pass http://127.0.0.1:8080; } }
    server { listen 50052 http2; location / { grpc_pass grpc://127.0.0.1:50051; } }`,
  haproxy: `
frontend http
  bind :80
  default_backend web
backend web
  server web 127.0.0.1:8080
frontend grpc
  bind :50052 proto h2
  default_backend upload
backend upload
  server upload 127.0.0.1:50051 proto h2
`,
  caddy: `
{
	servers :50052 {
		protocols h1 h2c
	}
}
http://:80 {
	reverse_proxy 127.0.0.1:8080
}
http://:50052 {
	reverse_proxy h2c://127.0.0.1:50051
}
`,
};

/** The same, and a stream on which nothing comes for a second is cut. */
export const impatientConfigs: Readonly<Record<FrontName, string>> = {
  nginx: stockConfigs.nginx.replace('{ grpc_pass', '{ grpc_read_timeout 1s; grpc_send_timeout 1s; grpc_pass'),
  haproxy: stockConfigs.haproxy
    .replace('\nfrontend grpc\n', '\nfrontend grpc\n  timeout client 1s\n')
    .replace('\nbackend upload\n', '\nbackend upload\n  timeout server 1s\n'),
  caddy: stockConfigs.caddy.replace('protocols h1 h2c\n', 'protocols h1 h2c\n\t\ttimeouts {\n\t\t\twrite 1s\n\t\t}\n'),
};

/** Starts it with this configuration, in which nothing is changed but the four ports. */
export async function startFront(name: FrontName, config: string, upstreams: Upstreams): Promise<Front> {
  await using opening = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'fm-'));
  opening.defer(() => rm(folder, { recursive: true, force: true }));
  const http = await freePorts(2);
  const grpc = http + 1;
  const placed = config
    .replaceAll('127.0.0.1:8080', upstreams.http)
    .replaceAll('127.0.0.1:50051', upstreams.grpc)
    .replaceAll(/\b50052\b/g, String(grpc))
    .replaceAll(/(listen |bind :|http:\/\/:)80\b/g, `$1${http}`)
    .replaceAll(/(http:\/\/files\.example)(?= \{)/g, `$1:${http}`);
  const program: Program = opening.use(await startProgram(await starters[name](folder, placed), [http, grpc]));
  const resources = opening.move();
  return {
    base: `http://127.0.0.1:${http}`,
    grpc: `127.0.0.1:${grpc}`,
    output: program.output,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

const starters: Readonly<Record<FrontName, (folder: string, config: string) => Promise<string[]>>> = {
  async nginx(folder, config) {
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${kind};`);
    const user = process.getuid?.() === 0 ? 'user root;' : '';
    const main = `${user} daemon off; master_process off; pid pid; events {}
      http { access_log off; ${temporary.join(' ')} include filemill.conf; }`;
    await writeFile(join(folder, 'filemill.conf'), config);
    await writeFile(join(folder, 'nginx.conf'), main);
    return ['nginx', '-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')];
  },
  async haproxy(folder, config) {
    // Of Debian's own file, what is not about logs, users and sockets of the system.
    const defaults = await readFile('/etc/haproxy/haproxy.cfg', 'utf8');
    const [own = ''] = /^defaults\n(?:[ \t].*\n|\n)*/m.exec(defaults) ?? [];
    await writeFile(
      join(folder, 'haproxy.cfg'),
      `${own.replaceAll(/^\s*(log|option\s+httplog|errorfile).*\n/gm, '')}\n${config}`,
    );
    return ['haproxy', '-db', '-f', join(folder, 'haproxy.cfg')];
  },
  async caddy(folder, config) {
    await writeFile(join(folder, 'Caddyfile'), config.replace(/\{\n/, '{\n\tadmin off\n'));
    return ['env', `HOME=${folder}`, 'caddy', 'run', '--adapter', 'caddyfile', '--config', join(folder, 'Caddyfile')];
  },
};
