import assert from 'node:assert/strict';
import { it } from 'node:test';
import { officePackage } from '#test/support/office-package.ts';
import { readText } from '#test/support/read-document.ts';
import { reader } from './visio.ts';

const page = (text: string) =>
  `<PageContents xmlns="http://schemas.microsoft.com/office/visio/2012/main"><Shapes><Shape><Cell N="no"/>${text}</Shape></Shapes></PageContents>`;

it('reads the texts of Visio drawings', async () => {
  const drawing = officePackage({
    'visio/document.xml': { content: '<VisioDocument/>', refers: [['pages', 'pages/pages.xml']] },
    'visio/pages/pages.xml': {
      content: '<Pages/>',
      refers: [
        ['page', 'page2.xml'],
        ['page', 'page1.xml'],
      ],
    },
    'visio/pages/page1.xml': { content: page('<Text><cp IX="0"/>thr<cp IX="1"/>ee</Text><Text>four</Text>') },
    'visio/pages/page2.xml': { content: page('<Text>one\ntwo</Text>no') },
  });
  const { text, facts } = await readText(reader, drawing);
  assert.deepEqual(text, { body: 'one two three four' });
  assert.deepEqual(facts, { pages: 2 });
});
