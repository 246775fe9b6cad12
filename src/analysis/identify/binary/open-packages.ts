import type { Answer } from './detector.ts';
import type { Contents } from './zip-archives.ts';

const wordprocessing = 'application/vnd.openxmlformats-officedocument.wordprocessingml';
const spreadsheet = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
const presentation = 'application/vnd.openxmlformats-officedocument.presentationml';
const word = 'application/vnd.ms-word';
const excel = 'application/vnd.ms-excel';
const powerPoint = 'application/vnd.ms-powerpoint';
const visio = 'application/vnd.ms-visio';
const xps = 'application/vnd.ms-xpsdocument';

/** Types of packages by the content type of their main part, in lower case. */
const byMainPart: readonly (readonly [contentType: string, mime: string])[] = [
  [`${wordprocessing}.document.main+xml`, `${wordprocessing}.document`],
  [`${wordprocessing}.template.main+xml`, `${wordprocessing}.template`],
  [`${word}.document.macroenabled.main+xml`, `${word}.document.macroenabled.12`],
  [`${word}.template.macroenabledtemplate.main+xml`, `${word}.template.macroenabled.12`],
  [`${spreadsheet}.sheet.main+xml`, `${spreadsheet}.sheet`],
  [`${spreadsheet}.template.main+xml`, `${spreadsheet}.template`],
  [`${excel}.sheet.macroenabled.main+xml`, `${excel}.sheet.macroenabled.12`],
  [`${excel}.template.macroenabled.main+xml`, `${excel}.template.macroenabled.12`],
  [`${excel}.addin.macroenabled.main+xml`, `${excel}.addin.macroenabled.12`],
  [`${excel}.sheet.binary.macroenabled.main`, `${excel}.sheet.binary.macroenabled.12`],
  [`${presentation}.presentation.main+xml`, `${presentation}.presentation`],
  [`${presentation}.slideshow.main+xml`, `${presentation}.slideshow`],
  [`${presentation}.template.main+xml`, `${presentation}.template`],
  [`${powerPoint}.presentation.macroenabled.main+xml`, `${powerPoint}.presentation.macroenabled.12`],
  [`${powerPoint}.slideshow.macroenabled.main+xml`, `${powerPoint}.slideshow.macroenabled.12`],
  [`${powerPoint}.template.macroenabled.main+xml`, `${powerPoint}.template.macroenabled.12`],
  [`${powerPoint}.addin.macroenabled.main+xml`, `${powerPoint}.addin.macroenabled.12`],
  [`${visio}.drawing.main+xml`, `${visio}.drawing`],
  [`${visio}.template.main+xml`, `${visio}.template`],
  [`${visio}.stencil.main+xml`, `${visio}.stencil`],
  [`${visio}.drawing.macroenabled.main+xml`, `${visio}.drawing.macroenabled.12`],
  [`${visio}.template.macroenabled.main+xml`, `${visio}.template.macroenabled.12`],
  [`${visio}.stencil.macroenabled.main+xml`, `${visio}.stencil.macroenabled.12`],
  ['application/vnd.ms-package.3dmanufacturing-3dmodel+xml', 'model/3mf'],
  ['application/vnd.ms-package.xps-fixeddocumentsequence+xml', xps],
  ['application/vnd.mathworks.matlab.code.document+xml', 'application/vnd.mathworks.matlab.code'],
  ['application/vnd.mathworks.simulink.mdl+xml', 'application/vnd.mathworks.simulink.model'],
  // Slides and documents have a theme too, so this is the last.
  ['application/vnd.openxmlformats-officedocument.thememanager+xml', 'application/vnd.ms-officetheme'],
];

/** Types by parts with the usual names, for packages that do not declare theirs. */
const byPart: readonly (readonly [pattern: RegExp, mime: string])[] = [
  [/^word\/document\d*\.xml$/i, `${wordprocessing}.document`],
  [/^xl\/workbook\d*\.xml$/i, `${spreadsheet}.sheet`],
  [/^xl\/workbook\.bin$/i, `${excel}.sheet.binary.macroenabled.12`],
  [/^ppt\/presentation\d*\.xml$/i, `${presentation}.presentation`],
  [/^visio\/document\.xml$/i, `${visio}.drawing`],
  [/(?:^|\/)[^/]+\.fdseq(?:\/|$)/i, xps],
  [/^3D\/[^/]+\.model$/i, 'model/3mf'],
];

/** The type of a package of the Open Packaging Conventions (ECMA-376, part 2): OOXML, Visio, XPS and others. */
export async function openPackageType({ names, text }: Contents): Promise<Answer> {
  const declared = (await text('[Content_Types].xml')).replaceAll('\0', '').toLowerCase();
  const found = byMainPart.find(([contentType]) => declared.includes(`"${contentType}"`))?.[1];
  const mime = found ?? byPart.find(([pattern]) => names.some((name) => pattern.test(name)))?.[1];
  if (mime !== xps) return mime;
  const relations = await text('_rels/.rels');
  if (relations.includes('schemas.autodesk.com/dwfx')) return 'model/vnd.dwfx+xps';
  return relations.includes('schemas.openxps.org') ? 'application/oxps' : xps;
}
