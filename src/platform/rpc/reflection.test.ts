import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { create, fromBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { ResultService } from '#gen/filemill/v1/result_service_pb.ts';
import { Health } from '#gen/grpc/health/v1/health_pb.ts';
import { ServerReflectionRequestSchema } from '#gen/grpc/reflection/v1/reflection_pb.ts';
import { Reflection } from './reflection.ts';

type Question = NonNullable<MessageInitShape<typeof ServerReflectionRequestSchema>['messageRequest']>;

const reflection = new Reflection([ResultService, Health]);

async function ask(...questions: Question[]) {
  const requests = questions.map((messageRequest) =>
    create(ServerReflectionRequestSchema, { host: 'here', messageRequest }),
  );
  return await Array.fromAsync(reflection.answers(requestsOf(requests)));
}

async function* requestsOf<T>(requests: readonly T[]) {
  yield* requests;
}

/** The names of the files of the answer. */
async function filesFor(question: Question): Promise<readonly string[]> {
  const [answer] = await ask(question);
  if (answer?.messageResponse.case !== 'fileDescriptorResponse') return [];
  const { fileDescriptorProto: files = [] } = answer.messageResponse.value;
  return files.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name);
}

const withWhatItImports = [
  'filemill/v1/result_service.proto',
  'filemill/v1/findings_filter.proto',
  'google/protobuf/timestamp.proto',
];

describe('reflection', () => {
  it('names the services', async () => {
    const [answer] = await ask({ case: 'listServices', value: '*' });
    const names = [ResultService, Health].map(({ typeName: name }) => ({ name }));
    assert.deepEqual(answer?.messageResponse, { case: 'listServicesResponse', value: { service: names } });
    assert.equal(answer?.validHost, 'here');
    assert.equal(answer?.originalRequest.messageRequest.case, 'listServices');
  });

  const symbols = [
    'filemill.v1.ResultService',
    'filemill.v1.ResultService.GetText',
    'filemill.v1.Result',
    'filemill.v1.Result.file_id',
  ];
  for (const value of symbols)
    it(`brings ${value} with all that its file imports`, async () => {
      const files = await filesFor({ case: 'fileContainingSymbol', value });
      assert.equal(files[0], withWhatItImports[0]);
      assert.deepEqual([...files].sort(), [...withWhatItImports].sort());
    });

  it('brings a nested type, and a file by its name', async () => {
    const health = ['grpc/health/v1/health.proto'];
    const value = 'grpc.health.v1.HealthCheckResponse.ServingStatus';
    assert.deepEqual(await filesFor({ case: 'fileContainingSymbol', value }), health);
    assert.deepEqual(await filesFor({ case: 'fileByFilename', value: health[0] ?? '' }), health);
  });

  const refused: readonly [code: number, question: Question][] = [
    [5, { case: 'fileContainingSymbol', value: 'filemill.internal.v1.FileLifecycleService' }],
    [5, { case: 'fileContainingSymbol', value: 'filemill.v1.MetadataService' }],
    [5, { case: 'fileByFilename', value: 'filemill/internal/v1/identity_service.proto' }],
    [5, { case: 'allExtensionNumbersOfType', value: 'filemill.v1.Nothing' }],
    [5, { case: 'fileContainingExtension', value: { containingType: 'filemill.v1.Result', extensionNumber: 1 } }],
    [3, { case: undefined }],
  ];
  it('refuses what it does not have, and goes on', async () => {
    const answers = await ask(...refused.map(([, question]) => question), { case: 'listServices', value: '' });
    const codes = answers.map(({ messageResponse: { case: kind, value } }) =>
      kind === 'errorResponse' ? value.errorCode : kind,
    );
    assert.deepEqual(codes, [...refused.map(([code]) => code), 'listServicesResponse']);
  });

  it('knows that a type has no extensions', async () => {
    const [answer] = await ask({ case: 'allExtensionNumbersOfType', value: 'filemill.v1.Result' });
    assert.equal(answer?.messageResponse.case, 'allExtensionNumbersResponse');
  });
});
