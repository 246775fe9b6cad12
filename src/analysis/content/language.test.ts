import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { languageOf } from './language.ts';

const texts: readonly [language: string | undefined, text: string][] = [
  [
    'en',
    'The language of a text is told by how often its groups of letters come, and that is why short texts have none.',
  ],
  [
    'de',
    'Die Sprache eines Textes erkennt man daran, wie oft seine Buchstabengruppen vorkommen, und das geht recht schnell.',
  ],
  [
    'fr',
    'La langue d’un texte se reconnaît à la fréquence de ses groupes de lettres, ce qui ne prend pas beaucoup de temps.',
  ],
  ['es', 'El idioma de un texto se reconoce por la frecuencia de sus grupos de letras, y eso no lleva mucho tiempo.'],
  ['ru', 'Язык текста узнают по тому, как часто встречаются в нём группы букв, и это не занимает много времени.'],
  ['pl', 'Język tekstu można rozpoznać po tym, jak często występują w nim grupy liter, co nie zajmuje dużo czasu.'],
  ['zh', '这是一个用来测试语言识别的短文本。'],
  ['ja', 'これは言語を判定するための短い文章です。'],
  ['ko', '이것은 언어를 판별하기 위한 짧은 글입니다.'],
  ['th', 'นี่คือข้อความสั้นสำหรับทดสอบภาษา'],
  ['el', 'Αυτό είναι ένα σύντομο κείμενο.'],
  ['ar', 'هذا نص قصير يستخدم لاختبار التعرف على اللغة التي كتب بها هذا النص من خلال الحروف'],
  [undefined, ''],
  [undefined, 'Hello world'],
  [undefined, '1 2.5 3,000 '.repeat(50)],
  [undefined, 'http://example.com/a/long/address '.repeat(50)],
  [undefined, '+-*/ ;;; ### a '.repeat(50)],
];

describe('the language of a text', () => {
  for (const [language, text] of texts)
    it(`is ${language ?? 'not known'} for ${JSON.stringify(text.slice(0, 30))}`, () => {
      assert.equal(languageOf([text]), language);
    });

  it('is that of its beginning, in whatever pieces', () => {
    const [english, german] = [texts[0]?.[1], texts[1]?.[1]] as [string, string];
    assert.equal(languageOf([...english.repeat(20), german.repeat(100)]), 'en');
  });
});
