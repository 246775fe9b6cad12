import { parseArgs } from 'node:util';

const options = {
  namespace: { type: 'string', short: 'n' },
  filename: { type: 'string', short: 'f', multiple: true },
  selector: { type: 'string', short: 'l' },
  output: { type: 'string', short: 'o' },
  stdin: { type: 'boolean', short: 'i' },
  tty: { type: 'boolean', short: 't' },
  container: { type: 'string', short: 'c' },
  follow: { type: 'boolean' },
  tail: { type: 'string' },
  prefix: { type: 'boolean' },
  for: { type: 'string' },
  timeout: { type: 'string' },
  force: { type: 'boolean' },
  'grace-period': { type: 'string' },
  address: { type: 'string' },
} as const;

/** @throws TypeError about a flag that the stand-in does not know */
export function parseCommandLine(args: readonly string[]) {
  const cut = args.includes('--') ? args.indexOf('--') : args.length;
  const isLogs = args.slice(0, cut).includes('logs');
  // To `logs`, -f means to follow.
  const words = args.slice(0, cut).map((word) => (isLogs && word === '-f' ? '--follow' : word));
  const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true });
  const [verb = '', ...targets] = positionals;
  return { verb, targets, flags: values, command: args.slice(cut + 1) };
}

export type Flags = ReturnType<typeof parseCommandLine>['flags'];
