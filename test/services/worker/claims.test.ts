import { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { DirectWorkSource } from '#services/worker/lifecycle/claims.ts';
import { workSourceConformance } from '../../conformance/work-source.ts';
import { startBackend } from '../../support/backend.ts';

workSourceConformance('the metadata service', async () => {
  const backend = await startBackend();
  return {
    backend,
    open: (worker) => new DirectWorkSource(backend.metadata.client(FileLifecycleService), worker),
    announce: async () => undefined,
    reset: async () => undefined,
    [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose](),
  };
});
