/** Types of Office Open XML. Source: the registry of IANA, and "Office MIME types" of Microsoft for the macro variants. */
const openXml = 'application/vnd.openxmlformats-officedocument';

export const wordTypes: readonly string[] = [
  `${openXml}.wordprocessingml.document`,
  `${openXml}.wordprocessingml.template`,
  'application/vnd.ms-word.document.macroenabled.12',
  'application/vnd.ms-word.template.macroenabled.12',
];
