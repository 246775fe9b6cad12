import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { officePackage } from '#test/support/office-package.ts';
import { readText } from '#test/support/read-document.ts';
import { reader } from './presentation.ts';

const namespaces = [
  'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"',
  'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"',
  'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"',
  'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"',
].join(' ');

const paragraph = (...runs: readonly string[]) =>
  `<a:p>${runs.map((run) => `<a:r><a:t>${run}</a:t></a:r>`).join('')}</a:p>`;
const shape = (content: string, placeholder = '') =>
  `<p:sp><p:nvSpPr><p:cNvPr id="1" name="no text" descr="nor this"/><p:nvPr>${placeholder && `<p:ph type="${placeholder}"/>`}</p:nvPr></p:nvSpPr><p:txBody>${content}</p:txBody></p:sp>`;
const slide = (...shapes: readonly string[]) => ({
  content: `<p:sld ${namespaces}><p:cSld><p:spTree>${shapes.join('')}</p:spTree></p:cSld></p:sld>`,
});
const list = (...ids: readonly string[]) =>
  `<p:presentation ${namespaces}><p:sldIdLst>${ids.map((id) => `<p:sldId id="256" r:id="${id}"/>`).join('')}</p:sldIdLst></p:presentation>`;

describe('presentations', () => {
  it('have their slides in order, with all that is on them', async () => {
    const table = `<p:graphicFrame><a:tbl><a:tr><a:tc><a:txBody>${paragraph('cell')}</a:txBody></a:tc><a:tc><a:txBody>${paragraph('other')}</a:txBody></a:tc></a:tr></a:tbl></p:graphicFrame>`;
    const presentation = officePackage({
      'ppt/presentation.xml': {
        content: list('r1', 'r0', 'r7'),
        refers: [
          ['slide', 'slides/slide1.xml'],
          ['slide', 'slides/slide2.xml'],
          ['slideMaster', 'slideMasters/slideMaster1.xml'],
        ],
      },
      'ppt/slideMasters/slideMaster1.xml': slide(shape(paragraph('Click to edit'))),
      'ppt/slides/slide2.xml': slide(shape(paragraph('2'), 'sldNum'), shape(paragraph('Fi', 'rst sli', 'de'), 'title')),
      'ppt/slides/slide1.xml': {
        ...slide(shape('<a:p><a:r><a:t>a</a:t></a:r><a:br/><a:r><a:t>b_x000B_c</a:t></a:r></a:p>'), table),
        refers: [
          ['notesSlide', '../notesSlides/notesSlide1.xml'],
          ['chart', '/ppt/charts/chart1.xml'],
          ['diagramData', '../diagrams/data1.xml'],
          ['comments', '../comments/comment1.xml'],
        ],
      },
      'ppt/notesSlides/notesSlide1.xml': slide(shape(paragraph('say this'), 'body'), shape(paragraph('1'), 'sldNum')),
      'ppt/charts/chart1.xml': {
        content: `<c:chart ${namespaces}><c:title>${paragraph('a chart')}</c:title><c:v>7</c:v></c:chart>`,
      },
      'ppt/diagrams/data1.xml': { content: `<d ${namespaces}>${paragraph('step')}</d>` },
      'ppt/comments/comment1.xml': {
        content: `<p:cmLst ${namespaces}><p:cm><p:text>a remark</p:text></p:cm></p:cmLst>`,
      },
    });
    const { text, facts, words } = await readText(reader, presentation);
    assert.deepEqual(text, {
      body: 'First slide a b c cell other a chart step',
      page_headers: '2 1',
      notes: 'say this',
      comments: 'a remark',
    });
    assert.deepEqual(facts, { slides: 2 });
    assert.equal(words, 12);
  });

  it('are damaged when a slide is', async () => {
    const presentation = officePackage({
      'ppt/presentation.xml': { content: list('r0'), refers: [['slide', 'slide1.xml']] },
      'ppt/slide1.xml': { content: '<p:sld>' },
    });
    await assert.rejects(readText(reader, presentation), { code: 'damaged' });
  });
});
