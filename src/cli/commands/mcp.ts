import { realpath } from 'node:fs/promises';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { Command } from 'commander';
import { mcpServer } from '#mcp/server.ts';
import { uploadFromDisk } from '#mcp/tools/upload-file.ts';
import { untilAborted } from '#platform/abort.ts';
import { version } from '#platform/this-service.ts';
import { CliError, type ExitCode, exitCodes } from '../failure.ts';
import { type Session, withSession } from '../session.ts';

export function mcpCommand(): Command {
  return new Command('mcp')
    .description('Serve files and results to AI assistants: the Model Context Protocol over stdin and stdout.')
    .option('--root <folder...>', 'folders whose files may be uploaded; without it, none')
    .addHelpText('after', '\nAn assistant starts this by itself. `filemill docs` says how to add it to common ones.')
    .action(withSession(mcp, { contact: false }));
}

/** Lasts until the assistant closes stdin. */
async function mcp(session: Session, { root = [] }: { readonly root?: readonly string[] }): Promise<ExitCode> {
  const { files, results, uploads } = session;
  const roots = await Promise.all(root.map(realRoot));
  const over = new AbortController();
  process.stdin.once('close', () => over.abort());
  const signal = AbortSignal.any([session.signal, over.signal]);
  if (process.stdin.isTTY)
    session.terminal.note('Waiting for an assistant on stdin. `filemill docs` says how to add this to one.');
  const served = serveStdio(() => {
    const server = mcpServer({ files, results, version });
    if (roots.length > 0) uploadFromDisk(server, { uploads, roots });
    return server;
  });
  await untilAborted(signal);
  await served.close();
  return exitCodes.ok;
}

async function realRoot(folder: string): Promise<string> {
  return await realpath(folder).catch((cause: Error) => {
    throw new CliError(exitCodes.usage, `--root ${folder}: ${cause.message}.`, 'Name a folder that exists.');
  });
}
