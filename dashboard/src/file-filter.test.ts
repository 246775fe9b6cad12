import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emptyFilter, newestFirst, readFilter, readView, requestOf, viewParameters } from './file-filter.ts';

describe('the view of the file list', () => {
  it('is read from an address, and written to one, without what is empty or usual', () => {
    const address = 'status=FAILED&q=%20report%20&sha256=&page_token=abc&sort=-size';
    const view = readView(new URLSearchParams(address));
    assert.deepEqual(view, { filter: { ...emptyFilter, status: 'FAILED', q: 'report' }, sort: '-size', columns: '' });
    assert.deepEqual(viewParameters(view), { q: 'report', status: 'FAILED', sort: '-size' });
    assert.deepEqual(viewParameters({ ...view, sort: newestFirst, columns: 'size' }), {
      ...{ q: 'report', status: 'FAILED', columns: 'size' },
    });
  });

  it('asks the server for whole days of the reader', () => {
    const asked = requestOf(readFilter(new URLSearchParams('from=2026-11-29&to=2026-11-30&q=a')));
    assert.deepEqual(Object.fromEntries(asked), {
      q: 'a',
      created_from: new Date(2026, 10, 29).toISOString(),
      created_before: new Date(2026, 11, 1).toISOString(),
    });
  });

  it('leaves what is no day to the server to refuse', () => {
    assert.equal(requestOf({ ...emptyFilter, from: 'yesterday' }).get('created_from'), 'yesterday');
  });
});
