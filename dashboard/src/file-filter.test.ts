import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emptyFilter, filterParameters, readFilter } from './file-filter.ts';

describe('the filter of the file list', () => {
  it('is read from an address, and written to one, without what is empty', () => {
    const address = 'status=FAILED&name=%20report%20&sha256=&page_token=abc';
    const filter = readFilter(new URLSearchParams(address));
    assert.deepEqual(filter, { ...emptyFilter, status: 'FAILED', name: 'report' });
    assert.deepEqual(filterParameters(filter), { name: 'report', status: 'FAILED' });
  });
});
