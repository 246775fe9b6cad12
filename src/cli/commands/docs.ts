import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { CliError, exitCodes } from '../failure.ts';
import type { GlobalOptions } from '../options.ts';
import { Terminal } from '../output/terminal.ts';

const builtGuide = fileURLToPath(new URL('../../../docs-site/dist', import.meta.url));

export function docsCommand(): Command {
  return new Command('docs')
    .description('Open the guide, which is part of Filemill, in the browser; without a browser, print its address.')
    .argument('[page]', 'one of its pages, such as security or retention')
    .action((page: string | undefined, _options: object, command: Command) => {
      const terminal = new Terminal(command.optsWithGlobals<GlobalOptions>());
      const path = pagePath(process.env.FILEMILL_GUIDE_DIR || builtGuide, page);
      const address = pathToFileURL(path).href;
      terminal.print(address);
      terminal.note('A running Filemill serves it too, below /docs/guide/ of its HTTP address.');
      if (process.stdout.isTTY && hasBrowser(process.env)) openBrowser(address);
    });
}

/** @throws CliError when the guide is not built, or has no such page */
function pagePath(folder: string, page = 'index'): string {
  if (!existsSync(join(folder, 'index.html')))
    throw new CliError(
      exitCodes.notFound,
      'The guide is not built.',
      'Build it with `npm run build:docs` in the folder of Filemill; the pages it is made of are in docs/.',
    );
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html'));
  const wanted = page.toLowerCase().replace(/\.(md|html)$/, '');
  const found = pages.find((name) => name === `${wanted}.html`) ?? pages.find((name) => name.includes(wanted));
  if (found !== undefined) return join(folder, found);
  const names = pages.filter((name) => !name.startsWith('adr/')).map((name) => name.replace(/\.html$/, ''));
  throw new CliError(
    exitCodes.notFound,
    `The guide has no page ${JSON.stringify(page)}.`,
    `Choose one of ${names.sort().join(', ')}.`,
  );
}

function hasBrowser({ DISPLAY, WAYLAND_DISPLAY }: NodeJS.ProcessEnv): boolean {
  return process.platform === 'darwin' || Boolean(DISPLAY || WAYLAND_DISPLAY);
}

/** Without a program that opens addresses, the printed address has to do. */
function openBrowser(address: string): void {
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  spawn(opener, [address], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}
