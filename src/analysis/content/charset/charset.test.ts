import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { counterFor } from '../counter-for.ts';
import type { TextCounts } from '../text-counts.ts';
import { decoderFor } from './decoder.ts';

/** Texts, and their bytes in each charset (made with Python's codecs). */
const texts: readonly (readonly [charset: string, text: string, base64: string])[] = [
  [
    'windows-1252',
    'Die Mühle steht am Fluß. Die Müller mahlen täglich für die B',
    'RGllIE38aGxlIHN0ZWh0IGFtIEZsdd8uIERpZSBN/GxsZXIgbWFobGVuIHTkZ2xpY2ggZvxyIGRpZSBC',
  ],
  [
    'windows-1250',
    'Młyn stoi nad rzeką. Młynarz miele codziennie zboże dla piek',
    'TbN5biBzdG9pIG5hZCByemVruS4gTbN5bmFyeiBtaWVsZSBjb2R6aWVubmllIHpib79lIGRsYSBwaWVr',
  ],
  [
    'iso-8859-2',
    'Młyn stoi nad rzeką. Młynarz miele codziennie zboże dla piek',
    'TbN5biBzdG9pIG5hZCByemVrsS4gTbN5bmFyeiBtaWVsZSBjb2R6aWVubmllIHpib79lIGRsYSBwaWVr',
  ],
  [
    'windows-1251',
    'Мельница стоит у реки. Мельник каждый день мелет зерно для п',
    'zOXr/O3o9uAg8fLu6PIg8yDw5eroLiDM5ev87ejqIOrg5uT76SDk5e38IOzl6+XyIOfl8O3uIOTr/yDv',
  ],
  [
    'koi8-r',
    'Мельница стоит у реки. Мельник каждый день мелет зерно для п',
    '7cXM2M7Jw8Eg09TPydQg1SDSxcvJLiDtxczYzsnLIMvB1sTZyiDExc7YIM3FzMXUINrF0s7PIMTM0SDQ',
  ],
  [
    'iso-8859-5',
    'Мельница стоит у реки. Мельник каждый день мелет зерно для п',
    'vNXb7N3Y5tAg4eLe2OIg4yDg1drYLiC81dvs3djaINrQ1tTr2SDU1d3sINzV29XiINfV4N3eINTb7yDf',
  ],
  [
    'ibm866',
    'Мельница стоит у реки. Мельник каждый день мелет зерно для п',
    'jKWr7K2o5qAg4eKuqOIg4yDgpaqoLiCMpavsraiqIKqgpqTrqSCkpa3sIKylq6XiIKel4K2uIKSr7yCv',
  ],
  [
    'koi8-u',
    'Млин стоїть біля річки. Мірошник щодня меле зерно для пекарі',
    '7czJziDT1M+n1NggwqbM0SDSpt7LyS4g7abSz9vOycsg3c/EztEgzcXMxSDaxdLOzyDEzNEg0MXLwdKm',
  ],
  [
    'windows-1253',
    'Ο μύλος βρίσκεται δίπλα στο ποτάμι. Ο μυλωνάς αλέθει κάθε μέ',
    'zyDs/evv8iDi8d/z6uX04ekg5N/w6+Eg8/TvIPDv9Nzs6S4gzyDs9ev57dzyIOHr3ejl6SDq3OjlIOzd',
  ],
  [
    'windows-1254',
    'Değirmen ırmağın yanında duruyor. Değirmenci her gün köydeki',
    'RGXwaXJtZW4g/XJtYfD9biB5YW79bmRhIGR1cnV5b3IuIERl8GlybWVuY2kgaGVyIGf8biBr9nlkZWtp',
  ],
  [
    'windows-1255',
    'הטחנה עומדת ליד הנהר. הטוחן טוחן כל יום חיטה לאופים בכפר והל',
    '5Ojn8OQg8uXu4/og7OnjIOTw5PguIOTo5efvIOjl5+8g6+wg6eXtIOfp6OQg7ODl9OntIOHr9Pgg5eTs',
  ],
  [
    'windows-1256',
    'تقع الطاحونة بجانب النهر. يطحن الطحان القمح كل يوم للخبازين ',
    'yt7aIMfh2MfN5uTJIMjMx+TIIMfh5OXRLiDt2M3kIMfh2M3H5CDH4d7jzSDf4SDt5uMg4eHOyMfS7eQg',
  ],
  [
    'iso-8859-6',
    'تقع الطاحونة بجانب النهر. يطحن الطحان القمح كل يوم للخبازين ',
    'yuLZIMfk18fN6ObJIMjMx+bIIMfk5ufRLiDq183mIMfk183H5iDH5OLlzSDj5CDq6OUg5OTOyMfS6uYg',
  ],
  [
    'windows-1258',
    'Cói xay đúng bên sông. Ngưòi thọ xay hàng ngày xay lúa ',
    'Q2/saSB4YXkg8HXsbmcgYupuIHP0bmcuIE5n/W/MaSB0aG/yIHhheSBoYcxuZyBuZ+B5IHhheSBs+mEg',
  ],
  [
    'windows-874',
    'โรงสีตั้งอยู่ริมแม่น้ำ คนโม่แป้งบดข้าวทุกวันให้คนทำขนมปังในห',
    '4sOnytW10emnzcLZ6MPUweHB6Lnp0yCkueLB6OG76ae6tKLp0se32KHH0bnjy+mkubfTornBu9Gn47nL',
  ],
  [
    'shift_jis',
    '水車は川のそばに立っています。粉屋は毎日村のパン屋のために小麦を挽き、パンはいつも新鮮です。朝、森の上に霧がかかります。',
    'kIWO1ILNkOyCzIK7gs6CyZengsGCxIKigtyCt4FClbKJroLNloiT+pG6gsyDcIOTia6CzIK9gt+CyY+slJ6C8JTSgquBQYNwg5OCzYKigsKC4JBWkU6CxYK3gUKSqYFBkFiCzI/jgsmWtoKqgqmCqYLogtyCt4FC',
  ],
  [
    'euc-jp',
    '水車は川のそばに立っています。粉屋は毎日村のパン屋のために小麦を挽き、パンはいつも新鮮です。朝、森の上に霧がかかります。',
    'v+W81qTPwO6kzqS9pNCky86ppMOkxqSkpN6kuaGjyrSysKTPy+jG/MK8pM6l0aXzsrCkzqS/pOGky76ux/6k8sjUpK2hoqXRpfOkz6SkpMSk4r+3wa+kx6S5oaPEq6Giv7mkzr7lpMvMuKSspKukq6TqpN6kuaGj',
  ],
  [
    'euc-kr',
    '방앗간은 강가에 있습니다. 방앗간 주인은 매일 마을의 빵집을 위해 밀을 빻고, 빵은 언제나 신선합니다. 아침',
    'uea+0bCjwLogsK2wob+hIMDWvcC0z7TZLiC55r7RsKMgwdbAzsC6ILjFwM8guLbAu8DHILunwf3AuyDAp8fYILnQwLsgu6iw7Swgu6fAuiC+8MGms6ogvcW8scfVtM+02S4gvsbEpw==',
  ],
  [
    'gb18030',
    '磨坊坐落在河边。磨坊主每天为村里的面包师磨小麦，面包总是新鲜的。早晨，森林上空笼罩着薄雾。我们都很喜欢这里的生活。',
    'xKW3u9f4wuTU2rrTsd+ho8Slt7vW98O/zOzOqrTlwO+1xMPmsPzKpsSl0KHC86Osw+aw/NfcysfQws/KtcSho9Tns7+jrMmtwdbJz7/Vwf3V1tfFsaHO7aGjztLDx7a8utzPsru21eLA77XEyfq77qGj',
  ],
  [
    'big5',
    '磨坊坐落在河邊。磨坊主每天為村裡的麵包師磨小麥，麵包總是新鮮的。早晨，森林上空籠罩著薄霧。我們都很喜歡這裡的生活。',
    'v2mne6ekuKimYqplw+ShQ79pp3ulRKhDpNGssKf4uMyqusTRpV2udr9ppHCzwaFBxNGlXcFgrE+3c8JBqrqhQ6atseGhQbTLqkykV6rFxaK4brXbwaHD+qFDp9qtzLOjq9yz38V3s2+4zKq6pc2soaFD',
  ],
  [
    'windows-1257',
    'Malūnas stovi prie upės. Malūnininkas kasdien mala grūdus kaimo kepėjams, o duona visada šviežia. Žąsys plaukė į ežerą už miško.',
    'TWFs+25hcyBzdG92aSBwcmllIHVw63MuIE1hbPtuaW5pbmthcyBrYXNkaWVuIG1hbGEgZ3L7ZHVzIGthaW1vIGtlcOtqYW1zLCBvIGR1b25hIHZpc2FkYSDwdmll/mlhLiDe4HN5cyBwbGF1a+sg4SBl/mVy4CB1/iBtafBrby4=',
  ],
];

describe('legacy charsets', () => {
  for (const [charset, text, base64] of texts)
    test(charset, () => {
      const bytes = Buffer.from(base64, 'base64');
      const expected = { charset, words: wordsOf(text), lines: 0, characters: [...text].length };
      for (const step of [1, 2, 3, 1_000]) assert.deepEqual(count(bytes, step), expected, `${step} bytes a chunk`);
      assert.equal(decoderFor(charset).decode(bytes, { stream: false }), text);
    });
});

test('a no-break space of a legacy charset parts words, and so does the wide space of Japanese', () => {
  assert.equal(count(Buffer.from('caf\xe9\xa0au lait', 'latin1')).words, 3);
  const [, , japanese = ''] = texts.find(([charset]) => charset === 'euc-jp') ?? [];
  const line = Buffer.from(japanese, 'base64');
  assert.equal(count(Buffer.concat([line, Buffer.from([0xa1, 0xa1]), line])).words, 2);
});

describe('UTF-16 and UTF-32', () => {
  const text = 'Two words, Мельница\u3000水車 🌾\n';
  const expected = { words: 5, lines: 1, characters: [...text].length };
  const little = Buffer.from(text, 'utf16le');
  const wide = Buffer.concat(
    [...text].map((character) => {
      const unit = Buffer.alloc(4);
      unit.writeUInt32LE(character.codePointAt(0) as number);
      return unit;
    }),
  );
  const big = Buffer.from(wide).swap32();
  const forms: readonly (readonly [charset: string, bytes: Buffer])[] = [
    ['utf-16le', little],
    ['utf-16be', Buffer.from(little).swap16()],
    ['utf-16le', Buffer.concat([Buffer.from('fffe', 'hex'), little])],
    ['utf-32le', wide],
    ['utf-32be', big],
    ['utf-32le', Buffer.concat([Buffer.from('fffe0000', 'hex'), wide])],
    ['utf-32be', Buffer.concat([Buffer.from('0000feff', 'hex'), big])],
  ];
  for (const [charset, bytes] of forms)
    test(`${charset} of ${bytes.length} bytes`, () => {
      for (const step of [1, 3, 1_000]) assert.deepEqual(count(bytes, step), { charset, ...expected });
    });
  test('a unit that is no character makes it binary', () => {
    assert.equal(count(Buffer.concat([Buffer.from('fffe0000', 'hex'), wide, Buffer.alloc(4, 0xff)])).charset, null);
    assert.equal(count(Buffer.concat([Buffer.from('fffe0000', 'hex'), wide, Buffer.alloc(3, 0x20)])).charset, null);
  });
});

test('ISO 2022 in seven bits, and EBCDIC', () => {
  const japanese = Buffer.from('\u001b$B?eF;\u001b(B and \u001b$B%F%9%H\u001b(B\n', 'latin1');
  assert.deepEqual(count(japanese), { charset: 'iso-2022-jp', words: 3, lines: 1, characters: 11 });
  const korean = Buffer.from('\u001b$)C\nhello \u000e0!3*\u000f world\n', 'latin1');
  assert.deepEqual(count(korean, 1), { charset: 'iso-2022-kr', words: 3, lines: 2, characters: 16 });
  // "The mill stood by the river.", twice, each with a new line.
  const sentence = 'e38885409489939340a2a39696844082a840a38885409989a585994b15';
  const ebcdic = Buffer.from(sentence.repeat(2), 'hex');
  assert.deepEqual(count(ebcdic), { charset: 'ibm037', words: 12, lines: 2, characters: 58 });
  assert.match(decoderFor('ibm037').decode(ebcdic, { stream: false }), /^The mill stood by the river\.\nThe/);
});

test('UTF-8 with a few faults is still UTF-8', () => {
  const text = Buffer.from(
    'Die Mühle am Fluß gehört den Müllern; täglich öffnet sie früh, für Bäcker, Köche, Händler.',
  );
  const faulty = Buffer.concat([text, Buffer.from([0x20, 0xff, 0x20]), text]);
  assert.equal(count(faulty).charset, 'utf-8');
  assert.equal(count(faulty).words, 2 * wordsOf(text.toString()) + 1);
});

test('a text of DOS may end with its mark, and a log may hold a stray control character', () => {
  assert.equal(count(Buffer.from('Caf\xe9 und Brot am Morgen\r\n\x1a', 'latin1')).charset, 'windows-1252');
  assert.equal(count(Buffer.from('Caf\xe9 und Brot am Morgen\r\n\x02', 'latin1')).charset, null);
  assert.equal(
    count(Buffer.from(`${'Caf\xe9 und Brot am Morgen\r\n'.repeat(40)}\x02`, 'latin1')).charset,
    'windows-1252',
  );
});

test('a few bytes without control characters are hardly ever text by chance', () => {
  const byte = fc.integer({ min: 0x20, max: 0xff }).filter((value) => value !== 0x7f);
  const noise = fc.sample(fc.array(byte, { minLength: 48, maxLength: 63 }), { numRuns: 500, seed: 5 });
  const taken = noise.filter((bytes) => count(Buffer.from(bytes)).charset !== null);
  assert.ok(taken.length <= 25, `${taken.length} of 500`);
});

test('any bytes are counted without an error, and the same in any chunks', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 1, max: 50 }), (bytes, step) => {
      assert.deepEqual(count(bytes, step), count(bytes));
    }),
    { numRuns: 2_000 },
  );
});

function count(bytes: Uint8Array, step = bytes.length): TextCounts {
  const none = { charset: null, words: 0, lines: 0, characters: 0 };
  const counter = counterFor(bytes.subarray(0, 65_536));
  if (counter === undefined) return none;
  for (let at = 0; at < bytes.length; at += step) counter.update(bytes.subarray(at, at + step));
  return counter.finish();
}

function wordsOf(text: string): number {
  return text.split(/\s+/).filter((word) => word !== '').length;
}
