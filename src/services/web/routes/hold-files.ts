import type { Json } from '#contract/schemas.ts';
import {
  CancelFilesResponse_Outcome as Cancelled,
  PauseFilesResponse_Outcome as Paused,
  ResumeFilesResponse_Outcome as Resumed,
} from '#gen/filemill/v1/metadata_service_pb.ts';
import type { Backend } from '../backend.ts';
import { idsBody } from '../http/query.ts';
import { route } from '../http/route.ts';

export function pauseFiles({ metadata }: Backend) {
  return route({
    name: 'pauseFiles',
    method: 'POST',
    path: '/api/v1/files:pause',
    tag: 'Files',
    summary: 'Pause files',
    description: 'Holds PENDING files back, so that no worker takes them, until they are resumed.',
    body: idsBody,
    answers: { 200: { description: 'The outcome for each file.', schema: 'Paused' } },
    async handle({ body: { ids }, onward }): Promise<Json<'Paused'>> {
      const { items } = await metadata.pauseFiles({ ids }, onward);
      return { items: items.map(({ id, outcome }) => ({ id, outcome: pausedWords[outcome] ?? 'NOT_FOUND' })) };
    },
  });
}

export function resumeFiles({ metadata }: Backend) {
  return route({
    name: 'resumeFiles',
    method: 'POST',
    path: '/api/v1/files:resume',
    tag: 'Files',
    summary: 'Resume files',
    description: 'Makes PAUSED files PENDING again, unless their batch is paused.',
    body: idsBody,
    answers: { 200: { description: 'The outcome for each file.', schema: 'Resumed' } },
    async handle({ body: { ids }, onward }): Promise<Json<'Resumed'>> {
      const { items } = await metadata.resumeFiles({ ids }, onward);
      return { items: items.map(({ id, outcome }) => ({ id, outcome: resumedWords[outcome] ?? 'NOT_FOUND' })) };
    },
  });
}

export function cancelFiles({ metadata }: Backend) {
  return route({
    name: 'cancelFiles',
    method: 'POST',
    path: '/api/v1/files:cancel',
    tag: 'Files',
    summary: 'Cancel files',
    description:
      'Ends files that wait, are PAUSED or are being analysed: they become FAILED with the reason CANCELLED at once, and may be retried.',
    body: idsBody,
    answers: { 200: { description: 'The outcome for each file.', schema: 'Cancelled' } },
    async handle({ body: { ids }, onward }): Promise<Json<'Cancelled'>> {
      const { items } = await metadata.cancelFiles({ ids }, onward);
      return { items: items.map(({ id, outcome }) => ({ id, outcome: cancelledWords[outcome] ?? 'NOT_FOUND' })) };
    },
  });
}

const pausedWords: Readonly<Record<number, 'PAUSED' | 'NOT_PENDING'>> = {
  [Paused.PAUSED]: 'PAUSED',
  [Paused.NOT_PENDING]: 'NOT_PENDING',
};

const resumedWords: Readonly<Record<number, 'RESUMED' | 'NOT_PAUSED' | 'BATCH_PAUSED'>> = {
  [Resumed.RESUMED]: 'RESUMED',
  [Resumed.NOT_PAUSED]: 'NOT_PAUSED',
  [Resumed.BATCH_PAUSED]: 'BATCH_PAUSED',
};

const cancelledWords: Readonly<Record<number, 'CANCELLED' | 'ALREADY_ENDED'>> = {
  [Cancelled.CANCELLED]: 'CANCELLED',
  [Cancelled.ALREADY_ENDED]: 'ALREADY_ENDED',
};
