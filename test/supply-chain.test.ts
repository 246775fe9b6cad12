import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { judgeAudit } from '../scripts/support/advisories.ts';
import { licenceProblems } from '../scripts/support/licences.ts';
import { type Lockfile, sbomOf } from '../scripts/support/sbom.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const lockfile = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')) as Lockfile;

it('every package has a licence that is allowed', () => assert.deepEqual(licenceProblems(lockfile), []));

it('a licence that is not allowed is named', () => {
  for (const [license, dev, problem] of [
    ['GPL-3.0-only', false, 'a: GPL-3.0-only'],
    ['GPL-3.0-only', true, 'a: GPL-3.0-only'],
    ['MIT OR GPL-2.0', false, 'a: MIT OR GPL-2.0'],
    ['(MIT AND Zlib)', false, 'a: (MIT AND Zlib)'],
    ['CC0-1.0', false, 'a: CC0-1.0'],
    ['CC0-1.0', true, undefined],
    ['(MIT OR Apache-2.0)', false, undefined],
    [undefined, false, 'a: no licence'],
  ] as const) {
    const packages = { '': {}, 'node_modules/b/node_modules/a': { dev, ...(license && { license }) } };
    assert.deepEqual(licenceProblems({ packages }), problem === undefined ? [] : [problem], String(license));
  }
});

it('vulnerabilities of high severity are fatal, and a registry that does not answer is only told', () => {
  const found = (severity: string) => JSON.stringify({ vulnerabilities: { a: { severity, range: '<2' } } });
  for (const [output, fatal, line] of [
    [found('critical'), true, 'a <2: critical'],
    [found('high'), true, 'a <2: high'],
    [found('moderate'), false, 'a <2: moderate'],
    [JSON.stringify({ vulnerabilities: {} }), false, 'No known vulnerability.'],
    [JSON.stringify({ message: '405 Method Not Allowed', error: { summary: '' } }), false, /405 Method/],
    ['', false, /did not answer/],
  ] as const) {
    const verdict = judgeAudit(output);
    assert.equal(verdict.fatal, fatal, output);
    if (typeof line === 'string') assert.deepEqual(verdict.lines, [line]);
    else assert.match(verdict.lines.join('\n'), line);
  }
});

it('the SBOM names every package that is shipped and no other, with hash, licence and dependencies', () => {
  const bom = sbomOf(lockfile);
  assert.deepEqual(sbomOf(lockfile), bom);
  assert.deepEqual([bom.bomFormat, bom.metadata.component.name], ['CycloneDX', 'filemill']);
  assert.match(bom.serialNumber, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  const shipped = Object.entries(lockfile.packages).filter(([folder, { dev }]) => folder !== '' && !dev);
  const refs = bom.components.map((component) => component['bom-ref']);
  assert.deepEqual(
    refs,
    shipped.map(([folder]) => folder),
  );
  const all = new Map(bom.components.map((component) => [component.name, component]));
  // npm sbom leaves out those that tools of the development need too.
  for (const name of Object.keys(lockfile.packages['']?.dependencies ?? {})) assert.ok(all.has(name), name);
  assert.equal(
    all.get('@bufbuild/protobuf')?.purl,
    `pkg:npm/%40bufbuild/protobuf@${all.get('@bufbuild/protobuf')?.version}`,
  );
  for (const { name, hashes, licenses } of bom.components)
    assert.ok(/^[0-9a-f]{128}$/.test(hashes?.[0]?.content ?? '') && licenses, name);
  for (const { ref, dependsOn } of bom.dependencies)
    for (const needed of dependsOn) assert.ok(refs.includes(needed), `${ref} needs ${needed}`);
  const needed = new Set(bom.dependencies.flatMap(({ dependsOn }) => dependsOn));
  assert.ok(needed.has('node_modules/pg-protocol') && needed.has('node_modules/fastify'));
});
