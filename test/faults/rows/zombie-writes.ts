import { randomUUID } from 'node:crypto';
import { FileLifecycleService, LeaseOutcome } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import {
  ResultWriterService,
  SaveResultsResponse_Outcome as SaveOutcome,
} from '#gen/filemill/internal/v1/result_writer_service_pb.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { eventually } from '../../support/eventually.ts';
import type { Fault, Scene } from '../fault.ts';

/** The harness itself is the worker whose claim was lost, and writes all the same. */
export const zombieWrites: readonly Fault[] = [
  { row: 12, name: 'zombie-writes', title: 'every write of a claim that expired', inject: writeAfterExpiry },
  {
    row: 12,
    name: 'zombie-writes-after-retry',
    title: 'every write of a claim from before a retry',
    inject: writeAfterRetry,
  },
];

interface Claim {
  readonly id: string;
  readonly leaseToken: string;
}

async function writeAfterExpiry(scene: Scene): Promise<void> {
  const claim = await claimOne(scene);
  await untilCompleted(scene, claim);
  await writeAll(scene, claim);
}

async function writeAfterRetry(scene: Scene): Promise<void> {
  const { stack } = scene;
  const { id, leaseToken } = await claimOne(scene);
  const failure = { id, leaseToken, errorCode: 'analyzer_error', errorMessage: 'on purpose', permanent: true };
  await stack.metadata.client(FileLifecycleService).failAttempts({ items: [failure] });
  await stack.channel.client(MetadataService).retryFiles({ ids: [id] });
  await writeAll(scene, { id, leaseToken });
  await untilCompleted(scene, { id, leaseToken });
  await writeAll(scene, { id, leaseToken });
}

/** Takes a file from under the workers. */
async function claimOne({ stack }: Scene): Promise<Claim> {
  const lifecycle = stack.metadata.client(FileLifecycleService);
  return await eventually('a file could be claimed', async () => {
    const leaseToken = randomUUID();
    const { files } = await lifecycle.claimDueFiles({ worker: 'zombie', leaseToken, maxFiles: 1, waitMs: 1_000 });
    const id = files?.ids[0];
    return id === undefined ? undefined : { id, leaseToken };
  });
}

async function untilCompleted({ stack }: Scene, { id }: Claim): Promise<void> {
  const sql = `select from files where id = $1 and status = 'COMPLETED'`;
  await eventually('another worker completed the file', async () => (await stack.postgres.query(sql, [id])).length > 0);
}

async function writeAll({ stack, injected }: Scene, { id, leaseToken }: Claim): Promise<void> {
  const lifecycle = stack.metadata.client(FileLifecycleService);
  const lie = { mimeTypes: ['text/plain'], sha256s: ['0'.repeat(64)], outputJsons: ['{"sha256": "a lie"}'] };
  const { outcomes } = await stack.result
    .client(ResultWriterService)
    .saveResults({ fileIds: [id], leaseTokens: [leaseToken], ...lie });
  const { outcomes: renewed } = await lifecycle.renewLeases({ leases: [{ id, leaseToken }] });
  const { outcomes: released } = await lifecycle.releaseFiles({ leases: [{ id, leaseToken }] });
  const fenced = [
    outcomes[0] === SaveOutcome.FENCED,
    ...[...renewed, ...released].map((one) => one === LeaseOutcome.FENCED),
  ];
  if (!fenced.every(Boolean)) throw new Error(`A write of a lost claim was not refused: ${fenced}`);
  injected(fenced.length);
}
