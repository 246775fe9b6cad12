import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8');
const roles = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, role = '', light = '', dark = '']) => [role, { light, dark }],
  ),
);

const grounds = ['ground', 'sunken', 'raised', 'hover'];
const states = ['good', 'bad', 'wait', 'busy'];

/** WCAG 2.2: 4.5 for text (1.4.3), 3 for the edges of what can be operated (1.4.11). */
const pairs: readonly (readonly [text: string, ground: string, least: number])[] = [
  ...grounds.flatMap((ground) => ['ink', 'quiet', 'link'].map((text) => [text, ground, 4.5] as const)),
  ...grounds.flatMap((ground) => states.map((state) => [state, ground, 4.5] as const)),
  ...states.flatMap((state) => [state, 'ink'].map((text) => [text, `${state}-tint`, 4.5] as const)),
  ...['ground', 'sunken', 'raised'].map((ground) => ['edge', ground, 3] as const),
  ['on-ink', 'ink', 4.5],
];

describe('the colours of the page', () => {
  for (const theme of ['light', 'dark'] as const)
    it(`can be read in the ${theme} theme`, () => {
      const faint = pairs
        .map(([text, ground, least]) => ({ text, ground, least, ratio: contrast(colour(text), colour(ground)) }))
        .filter(({ ratio, least }) => ratio < least);
      assert.deepEqual(faint, []);

      function colour(role: string): string {
        return roles.get(role)?.[theme] ?? assert.fail(`There is no ${role}.`);
      }
    });

  it('are told with their contrast in the design note', () => {
    const note = readFileSync(new URL('../../../docs/design.md', import.meta.url), 'utf8');
    for (const [role, { light, dark }] of roles)
      assert.ok(note.includes(`| \`${role}\` | \`${light}\` | \`${dark}\` |`), role);
    for (const role of ['ink', 'quiet', 'link', ...states]) {
      const { light = '', dark = '' } = roles.get(role) ?? {};
      const [inLight, inDark] = [
        contrast(light, roles.get('ground')?.light ?? ''),
        contrast(dark, roles.get('ground')?.dark ?? ''),
      ];
      assert.ok(
        note.includes(`\`${dark}\` | ${inLight.toFixed(1)} / ${inDark.toFixed(1)} |`),
        `${role}: ${inLight.toFixed(1)} / ${inDark.toFixed(1)}`,
      );
    }
  });
});

function contrast(one: string, other: string): number {
  const [brighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (brighter + 0.05) / (darker + 0.05);
}

/** Relative luminance as WCAG 2 defines it. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
