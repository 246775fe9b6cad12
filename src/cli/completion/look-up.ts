import { fileStateToJson } from '#contract/json.ts';
import { AccessService } from '#gen/filemill/v1/access_service_pb.ts';
import { FileStatus } from '#gen/filemill/v1/file_pb.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { RetentionService } from '#gen/filemill/v1/retention_service_pb.ts';
import { WebhookService } from '#gen/filemill/v1/webhook_service_pb.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { connectionOf } from '../connection/connection.ts';
import { readContexts } from '../connection/context-file.ts';
import type { GlobalOptions } from '../options.ts';
import type { Candidate, Kind, LookUp } from './candidates.ts';

/** A person waits for so long at most, when a server does not answer. */
const timeoutMs = 1_000;
const newest = 50;
/** Enough files to see the types that are in use. */
const forTypes = 500;

/** Looks up what the server of this machine knows. */
export function lookUpOn(options: GlobalOptions): LookUp {
  return async (kind) => {
    if (kind === 'contexts') return await contexts(options);
    const { server, proxy, authorization, tls } = await connectionOf(options);
    using channel = new RpcChannel(server, { proxy, authorization, tls });
    return await asked[kind](channel);
  };
}

const asked: Readonly<Record<Exclude<Kind, 'contexts'>, (channel: RpcChannel) => Promise<Candidate[]>>> = {
  files: (channel) => files(channel, []),
  'failed files': (channel) => files(channel, [FileStatus.FAILED]),
  'completed files': (channel) => files(channel, [FileStatus.COMPLETED]),
  async types(channel) {
    const page = await channel.client(MetadataService).listFiles({ pageSize: forTypes }, { timeoutMs });
    const types = new Set(page.files.flatMap(({ mimeType }) => (mimeType === '' ? [] : [mimeType])));
    const families = new Set([...types].map((type) => type.replace(/\/.*/, '/*')));
    return [...types, ...families].sort().map((word) => ({ word, means: '' }));
  },
  async tokens(channel) {
    const { tokens } = await channel.client(AccessService).listTokens({}, { timeoutMs });
    return tokens.map(({ id, name, tenant }) => ({ word: id, means: `${name}, ${tenant}` }));
  },
  async tenants(channel) {
    const { tenants } = await channel.client(AccessService).listTenants({}, { timeoutMs });
    return tenants.map(({ name, files }) => ({ word: name, means: `${files} files` }));
  },
  async webhooks(channel) {
    const { webhooks } = await channel.client(WebhookService).listWebhooks({}, { timeoutMs });
    return webhooks.map(({ id, url }) => ({ word: id, means: url }));
  },
  async rules(channel) {
    const { rules } = await channel.client(RetentionService).listRules({}, { timeoutMs });
    return rules.map(({ id, tenant }) => ({ word: id, means: tenant || 'all tenants' }));
  },
  async workers(channel) {
    const { workers } = await channel.client(MetadataService).getStats({ workersOnly: true }, { timeoutMs });
    return workers.map(({ name, busy, slots }) => ({ word: name, means: `${busy} of ${slots} busy` }));
  },
};

async function files(channel: RpcChannel, statuses: FileStatus[]): Promise<Candidate[]> {
  const request = { filter: { statuses }, pageSize: newest };
  const page = await channel.client(MetadataService).listFiles(request, { timeoutMs });
  return page.files.map(fileStateToJson).map(({ id, filename, path, status }) => ({
    word: id,
    means: `${path || filename}, ${status}`,
  }));
}

async function contexts({ env }: GlobalOptions): Promise<Candidate[]> {
  const { known } = await readContexts(env);
  return [...known].map(([word, { server }]) => ({ word, means: server }));
}
