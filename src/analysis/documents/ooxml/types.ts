/** Types of Office Open XML. Source: the registry of IANA, and "Office MIME types" of Microsoft for the macro variants. */
const openXml = 'application/vnd.openxmlformats-officedocument';

export const wordTypes: readonly string[] = [
  `${openXml}.wordprocessingml.document`,
  `${openXml}.wordprocessingml.template`,
  'application/vnd.ms-word.document.macroenabled.12',
  'application/vnd.ms-word.template.macroenabled.12',
];

export const spreadsheetTypes: readonly string[] = [
  `${openXml}.spreadsheetml.sheet`,
  `${openXml}.spreadsheetml.template`,
  'application/vnd.ms-excel.sheet.macroenabled.12',
  'application/vnd.ms-excel.template.macroenabled.12',
  'application/vnd.ms-excel.addin.macroenabled.12',
  'application/vnd.ms-excel.sheet.binary.macroenabled.12',
];

export const presentationTypes: readonly string[] = [
  `${openXml}.presentationml.presentation`,
  `${openXml}.presentationml.template`,
  `${openXml}.presentationml.slideshow`,
  'application/vnd.ms-powerpoint.presentation.macroenabled.12',
  'application/vnd.ms-powerpoint.template.macroenabled.12',
  'application/vnd.ms-powerpoint.slideshow.macroenabled.12',
  'application/vnd.ms-powerpoint.addin.macroenabled.12',
];

export const visioTypes: readonly string[] = ['drawing', 'template', 'stencil'].flatMap((kind) => [
  `application/vnd.ms-visio.${kind}`,
  `application/vnd.ms-visio.${kind}.main+xml`,
  `application/vnd.ms-visio.${kind}.macroenabled.12`,
  `application/vnd.ms-visio.${kind}.macroenabled.main+xml`,
]);
