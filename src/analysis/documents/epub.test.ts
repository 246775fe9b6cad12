import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readText } from '#test/support/read-document.ts';
import { zipOf } from '#test/support/zip-writer.ts';
import { reader } from './epub.ts';

const container = `<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OPS/a.opf"/></rootfiles></container>`;
const metadata = `<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>T</dc:title><dc:title>Other</dc:title><dc:creator>Me</dc:creator><dc:date>2020-01-02</dc:date></metadata>`;
const items = ['one', 'two', 'unused']
  .map((id) => `<item id="${id}" href="text/${id}%20.xhtml" media-type="application/xhtml+xml"/>`)
  .concat('<item id="nav" href="nav.xhtml" properties="scripted nav"/>');
const spine =
  '<itemref idref="two"/><itemref idref="one" linear="no"/><itemref idref="two"/><itemref idref="nav" linear="no"/><itemref idref="gone"/>';
const chapter = (text: string) =>
  `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>no</title></head><body><script/><p>${text}</p></body></html>`;

function book(others: Readonly<Record<string, string | Buffer>> = {}): Buffer {
  const files = {
    mimetype: 'application/epub+zip',
    'META-INF/container.xml': container,
    'OPS/a.opf': `<package xmlns="http://www.idpf.org/2007/opf">${metadata}<manifest>${items.join('')}</manifest><spine>${spine}</spine></package>`,
    'OPS/text/one .xhtml': chapter('first'),
    'OPS/text/two .xhtml': Buffer.from(`\ufeff${chapter('second')}`, 'utf16le'),
    'OPS/text/unused .xhtml': chapter('unused'),
    'OPS/nav.xhtml': chapter('contents'),
    ...others,
  };
  return zipOf(Object.entries(files).map(([name, content]) => ({ name, content })));
}

const encryption = (file: string) =>
  `<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:EncryptedData><e:CipherData><e:CipherReference URI="${file}"/></e:CipherData></e:EncryptedData></encryption>`;

describe('EPUB', () => {
  it('has its chapters in their order, once', async () => {
    const { text, facts } = await readText(reader, book());
    assert.deepEqual(text, { body: 'second first' });
    assert.deepEqual(facts, { title: 'T', author: 'Me', created: '2020-01-02' });
  });

  it('is read without a container', async () => {
    assert.equal(
      (await readText(reader, book({ 'META-INF/container.xml': '<container/>' }))).text.body,
      'second first',
    );
  });

  it('is encrypted when a chapter is, and not when a font is', async () => {
    const encrypted = await readText(reader, book({ 'META-INF/encryption.xml': encryption('OPS/text/one%20.xhtml') }));
    assert.deepEqual([encrypted.text, encrypted.facts.encrypted], [{}, true]);
    const obscured = await readText(reader, book({ 'META-INF/encryption.xml': encryption('OPS/fonts/f.otf') }));
    assert.equal(obscured.text.body, 'second first');
  });

  it('is damaged without a package document', async () => {
    await assert.rejects(readText(reader, zipOf([{ name: 'mimetype', content: 'x' }])), { code: 'damaged' });
  });
});
