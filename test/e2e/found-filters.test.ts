import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import type { Json } from '#contract/schemas.ts';
import { ResultService } from '#gen/filemill/v1/result_service_pb.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { filemill } from '#test/support/cli.ts';
import { type Cluster, httpServices, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

const core = {
  ...{ schema: 3, mime_type: 'application/pdf', description: 'PDF document', detected_by: 'signature' },
  ...{ confidence: 'certain', candidates: [], extension_mismatch: false, word_count: 7, word_count_of: 'document' },
  ...{ line_count: null, character_count: null, charset: null, sha256: 'ab'.repeat(32), size: 6, analyzers: {} },
};
const error = { code: 'damaged', message: 'The end is missing.' };

/** By the name of the file, in the order of the uploads. */
const outputs: Record<string, object> = {
  'old.txt': { schema: 1, mime_type: 'text/plain', word_count: 3, charset: 'us-ascii', sha256: 'cd', size: 6 },
  'brief.txt': { ...core, extension_mismatch: true, findings: { text: { language: 'de', title: 'Brief', pages: 2 } } },
  'locked.pdf': { ...core, word_count: null, word_count_of: null, findings: { text: { encrypted: true } } },
  'broken.zip': { ...core, mime_type: 'application/zip', description: 'ZIP archive', findings: { archive: { error } } },
};

describe('what was found selects results and files', () => {
  let stack: Cluster;
  let channel: RpcChannel;
  let server: string;

  before(async () => {
    stack = await startCluster({ services: httpServices });
    server = stack.env.FILEMILL_UPLOAD_TARGET ?? '';
    channel = new RpcChannel(server);
    await stack.start('worker');
    const client = new pg.Client(stack.databaseUrl);
    await client.connect();
    for (const [name, output] of Object.entries(outputs)) {
      const response = await fetch(`${stack.base}/files/${name}`, { method: 'PUT', body: 'a to z' });
      const { id } = (await response.json()) as { id: string };
      await eventually('the file has a result', async () => (await fetchFrom(`files/${id}/result`)).ok);
      await client.query('update results set output_data = $2 where file_id = $1', [id, output]);
      await client.query(`update files set mime_type = $2::jsonb ->> 'mime_type' where id = $1`, [id, output]);
    }
    await client.end();
  });
  after(async () => {
    channel?.[Symbol.dispose]();
    await stack?.[Symbol.asyncDispose]();
  });

  const fetchFrom = (path: string) => fetch(`${stack.base}/api/v1/${path}`);
  const namesOf = (found: readonly { readonly filename: string }[]) => found.map(({ filename }) => filename).join(' ');

  /** The options of the command line say the same as the query. */
  const filters: readonly (readonly [query: string, options: string, names: string])[] = [
    ['language=DE', '--language DE', 'brief.txt'],
    ['encrypted=true', '--encrypted', 'locked.pdf'],
    ['encrypted=false', '--no-encrypted', 'broken.zip brief.txt old.txt'],
    ['extension_mismatch=true', '--mismatch', 'brief.txt'],
    ['extension_mismatch=false&mime_type=application/*', '--no-mismatch --type application/*', 'broken.zip locked.pdf'],
    ['finding_error=any', '--finding-error', 'broken.zip'],
    ['finding_error=damaged', '--finding-error damaged', 'broken.zip'],
    ['finding_error=timeout', '--finding-error timeout', ''],
    ['encrypted=true&extension_mismatch=true', '--encrypted --mismatch', ''],
  ];
  for (const [query, options, names] of filters)
    it(`${names || 'nothing'} by ${query}`, async () => {
      const { results } = (await (await fetchFrom(`results?${query}`)).json()) as Json<'ResultsPage'>;
      assert.equal(namesOf(results), names);
      const { files } = (await (await fetchFrom(`files?status=COMPLETED&${query}`)).json()) as Json<'FilesPage'>;
      assert.equal(namesOf(files), names);
      const lines = (await (await fetchFrom(`export?${query}`)).text()).split('\n').filter(Boolean);
      assert.equal(namesOf(lines.map((line) => JSON.parse(line)).toReversed()), names);
      const listed = await filemill(['list', '--json', ...options.split(' ')], { server });
      assert.equal(namesOf(listed.lines<{ filename: string }>()), names, listed.stderr);
    });

  it('page by page, and a token belongs to its filter', async () => {
    const page = async (query: string) => (await fetchFrom(`results?page_size=2&${query}`)).json();
    const first = (await page('encrypted=false')) as Json<'ResultsPage'>;
    const token = `page_token=${first.next_page_token}`;
    const second = (await page(`encrypted=false&${token}`)) as Json<'ResultsPage'>;
    assert.equal(namesOf([...first.results, ...second.results]), 'broken.zip brief.txt old.txt');
    assert.equal(second.next_page_token, '');
    const refused = (await page(`encrypted=true&${token}`)) as Json<'Problem'>;
    assert.equal(refused.reason, 'REQUEST_INVALID');
  });

  it('not by what there cannot be: each refusal says what is allowed', async () => {
    for (const [query, says] of [
      ['language=german', 'language: must be an ISO 639 code such as de'],
      ['encrypted=yes', 'encrypted: must be true or false'],
      ['finding_error=upset', 'finding_error: must be one of any, damaged, unsupported,'],
    ] as const)
      for (const path of ['results', 'files', 'export']) {
        const { detail } = (await (await fetchFrom(`${path}?${query}`)).json()) as Json<'Problem'>;
        assert.ok(detail.startsWith(says), detail);
      }
    const results = channel.client(ResultService);
    const codes = { reason: 'REQUEST_INVALID', message: /must be one of any, damaged/ };
    await assert.rejects(results.listResults({ findings: { findingError: 'upset' } }), codes);
    const language = { reason: 'REQUEST_INVALID', message: /ISO 639/ };
    await assert.rejects(Array.fromAsync(results.exportResults({ findings: { language: 'german' } })), language);
    for (const options of ['--encrypted --status FAILED', '--language de --error blob_missing']) {
      const { code, stderr } = await filemill(['list', ...options.split(' ')], { server });
      assert.equal(code, 2);
      assert.match(stderr, /Only COMPLETED files have findings.*\n.*Give --status COMPLETED or none/);
    }
  });

  it('and typed fields and columns tell it', async () => {
    const { results } = await channel.client(ResultService).listResults({});
    assert.deepEqual(
      results.map((found) => [found.description, found.extensionMismatch, found.language, found.encrypted]),
      [
        ['ZIP archive', false, '', false],
        ['PDF document', false, '', true],
        ['PDF document', true, 'de', false],
        ['', undefined, '', false],
      ],
    );
    assert.deepEqual(
      results.map(({ confidence, wordCountOf, charset }) => [confidence, wordCountOf, charset]).slice(2),
      [
        ['certain', 'document', ''],
        ['', '', 'us-ascii'],
      ],
    );
    const [, ...rows] = (await (await fetchFrom('export?format=csv')).text()).trim().split('\r\n');
    const ends = [',us-ascii,,,,,false,', ',document,,de,Brief,,2,false,', ',,,,,,true,', ',false,archive:damaged'];
    for (const [n, end] of ends.entries()) assert.ok(rows[n]?.endsWith(end), `${rows[n]} should end in ${end}`);
  });

  it('and `get` shows it in words', async () => {
    const ids = (await filemill(['list', '-q'], { server })).stdout.trim().split('\n');
    const { stdout, code } = await filemill(['get', ...ids], { server });
    assert.equal(code, 0);
    for (const line of [
      'note            The archive was not listed (damaged): The end is missing.',
      'note            The document needs a password to be read.',
      'note            .txt is the extension of another type; the content is: PDF document.',
      'type            PDF document (application/pdf)',
      'words           7 in the document',
      'language      German (de)',
    ])
      assert.ok(stdout.includes(`  ${line}\n`), `${line}\n\n${stdout}`);
  });
});
