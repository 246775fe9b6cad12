import type { Mutation } from './mutation.ts';

const claims = 'src/adapters/postgres/files/file-claims.ts';
const leases = 'src/adapters/postgres/files/file-leases.ts';
const completion = 'src/adapters/postgres/files/file-completion.ts';
const claimsTest = 'src/adapters/postgres/files/file-claims.test.ts';
const completionTest = 'src/adapters/postgres/files/file-completion.test.ts';
const stateTest = 'src/adapters/postgres/files/file-state.test.ts';

/** "One result per file, by the attempt that owns it", and attempts that are counted fairly. */
export const attemptMutations: readonly Mutation[] = [
  {
    name: 'claim-without-compare',
    breaks: 'the compare-and-set of the claim',
    file: claims,
    edits: [
      {
        search: 'waitsForWorker} and f.attempt',
        replace: `waitsForWorker.replace("= 'PENDING'", "<> 'COMPLETED'")} and f.attempt`,
      },
    ],
    test: { file: claimsTest, name: 'a file is claimed once, whoever asks and however often' },
  },
  {
    name: 'claim-of-a-later-wait',
    breaks: 'leaving alone a file that came back to PENDING after the snapshot of the claim',
    file: claims,
    // PostgreSQL notices by either condition since it checks the place of a changed row again, which earlier releases did not.
    edits: [{ search: 'f.ctid = o.ctid and f.updated_at = o.updated_at', replace: 'f.id = o.id' }],
    test: {
      file: claimsTest,
      name: 'a claim that waited for the row does not take a file that was claimed and released meanwhile',
    },
  },
  {
    name: 'attempt-not-counted',
    breaks: 'counting the attempt at the claim',
    file: claims,
    edits: [{ search: 'attempt = f.attempt + 1, ', replace: '' }],
    test: { file: stateTest, name: 'the last attempt that fails makes the file FAILED, with its reason' },
  },
  {
    name: 'repeated-claim-refused',
    breaks: 'answering a repeated claim with the attempt that the token holds',
    file: claims,
    edits: [
      {
        search: 'return distinct([...files, ...(await heldFiles(database, claimant.leaseToken))]);',
        replace: 'return files;',
      },
    ],
    test: { file: claimsTest, name: 'a repeated claim with the same token returns the same attempt' },
  },
  {
    name: 'save-without-token',
    breaks: 'the lease token in the save',
    file: completion,
    edits: [
      { search: "f.lease_token = i.lease_token and f.status = 'PROCESSING'", replace: "f.status = 'PROCESSING'" },
    ],
    test: {
      file: completionTest,
      name: 'a zombie saves nothing: not after its lease, not over the next attempt, not after its result',
    },
  },
  {
    name: 'lease-writes-without-token',
    breaks: 'the lease token in renew, release and fail',
    file: leases,
    edits: [
      { search: "f.lease_token = i.lease_token and f.status = 'PROCESSING'", replace: "f.status = 'PROCESSING'" },
    ],
    test: { file: claimsTest, name: 'renewing tells apart what is held, what is lost and what is gone' },
  },
  {
    name: 'bad-item-sinks-batch',
    breaks: 'halving a batch until the bad result stands alone',
    file: completion,
    edits: [{ search: 'if (!isDataError(error)) throw error;', replace: 'throw error;' }],
    test: { file: completionTest, name: 'a finding that PostgreSQL cannot hold harms no neighbour' },
  },
  {
    name: 'release-not-refunded',
    breaks: 'giving the attempt of a released claim back',
    file: leases,
    edits: [{ search: 'attempt = f.attempt - 1, lease_token', replace: 'lease_token' }],
    test: { file: stateTest, name: 'a release refunds its attempt' },
  },
  {
    name: 'silence-charged',
    breaks: 'giving the attempt back when a worker falls silent with many files',
    file: leases,
    edits: [{ search: 'attempt = f.attempt - (not i.charged)::int, ', replace: '' }],
    test: {
      file: 'test/model/model.test.ts',
      name: 'model and PostgreSQL agree on 250 random histories of commands and faults',
    },
  },
  {
    name: 'second-end-of-a-token-fatal',
    breaks: 'expiry that goes on although one token ended before',
    file: leases,
    edits: [{ search: 'told_message from ended\n    on conflict do nothing', replace: 'told_message from ended' }],
    test: {
      file: claimsTest,
      name: 'a repetition that claims a file anew, after its attempt ended, stops neither its end nor the reconciler',
    },
  },
  {
    name: 'no-lease-renewal',
    breaks: 'renewing the leases of what a worker works on',
    file: 'src/platform/lease.ts',
    edits: [{ search: 'await renew(due.slice(from, from + maxBatch))', replace: 'continue' }],
    test: {
      file: 'test/services/worker/lease-keeper.test.ts',
      name: 'a file keeps its lease, and its attempt, for as long as a worker works on it',
    },
  },
  {
    name: 'sha256-unchecked-by-worker',
    breaks: 'comparing the stored bytes with the declared SHA-256',
    file: 'src/services/worker/attempt.ts',
    edits: [
      {
        search: 'if (declaredSha256 !== null && output.sha256 !== declaredSha256)',
        replace: "if (declaredSha256 === '')",
      },
    ],
    test: {
      file: 'test/services/worker/worker.test.ts',
      name: 'accepts no bytes of a.md but those that were declared',
    },
  },
];
