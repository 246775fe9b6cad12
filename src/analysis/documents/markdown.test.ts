import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import fc from 'fast-check';
import { readText } from '#test/support/read-document.ts';
import { reader } from './markdown.ts';

const cases: Readonly<Record<string, readonly [markdown: string, shown: string]>> = {
  'headings, quotes and lists without their marks': [
    '# One\n\nTwo\n---\n\n> three\n> four\n\n1. five\n2. six\n\n- seven\n  - [x] eight\n\n***\n',
    'One Two three four five six seven eight',
  ],
  'emphasis without its marks': ['**o**ne _two_ ~~three~~ `four five` sn_ak_e', 'one two three four five sn_ak_e'],
  'code as it is': ['```js\nconst a = 1; // *b*\n```\n\n    # c\n', 'const a = 1; // *b* # c'],
  'texts of links, but no addresses and pictures': [
    '[one two](http://x.y/z "no") [three][r] ![four](a.png) <http://a.b>\n\n[r]: http://x.y "no"\n',
    'one two three http://a.b',
  ],
  'tables cell by cell': ['| a b | c |\n|-----|:-:|\n| d | e |\n', 'a b c d e'],
  'foot-notes without their marks': ['one[^1] two\n\n[^1]: three\n[^n]: four five\n', 'one[^1] two three four five'],
  'what HTML in it shows': [
    'one <b>two</b> <!-- no\nno --> &copy; <img alt="no">\n\n<!-- no\n\nno -->\n\n<div hidden>\nno\n</div>',
    'one two ©',
  ],
  'the document without what is kept before it': ['---\ntitle: "A: b"\nauthor: C\n---\none --- two', 'one --- two'],
  'a rule at the beginning': ['---\none\n\ntwo', 'one two'],
};

describe('Markdown shows', () => {
  for (const [name, [markdown, shown]] of Object.entries(cases))
    it(name, async () => {
      for (const bytes of [markdown, markdown.replaceAll('\n', '\r\n')])
        assert.equal((await readText(reader, Buffer.from(bytes))).text.body, shown);
    });

  it('has title and author of what is kept before it', async () => {
    for (const matter of [
      '---\ntitle: "A: b"\nauthor: C\ntags: [d]\n---\n',
      '+++\ntitle = \'A: b\'\nauthor = "C"\n+++\n',
    ]) {
      const { facts, words } = await readText(reader, Buffer.from(`${matter}one`));
      assert.deepEqual([facts, words], [{ title: 'A: b', author: 'C' }, 1]);
    }
    assert.deepEqual((await readText(reader, Buffer.from('---\nauthor: [a, b]\n---\n'))).facts, {});
  });
});

test('too much of it is refused', async () => {
  await assert.rejects(readText(reader, Buffer.from(`${'> '.repeat(50_000)}a`)), { code: 'unsupported' });
  await assert.rejects(readText(reader, Buffer.alloc(9 * 2 ** 20, 'a ')), { code: 'too_large' });
});

test('any text is read', async () => {
  const piece = fc.constantFrom(
    ...'# * _ ` ~ | - > [ ] ( ) ! < & : \\ 1. a --- <b> ```'.split(' '),
    ' ',
    '\n',
    '\n\n',
    '    ',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 40 }), async (pieces) => {
      await readText(reader, Buffer.from(pieces.join('')));
    }),
  );
});
