import type { Field, Model, RecordType, Type } from './model.ts';

/** The types of `@filemill/client`: the JSON as it comes. */
export function typescriptTypes({ records, filters, errorCodes }: Model): string {
  return [
    '/* Made from the OpenAPI document by `npm run generate`. Do not edit. */',
    '/** Why a request was refused: https://www.rfc-editor.org/rfc/rfc9457 problems carry it as `reason`. */',
    `export type ServerErrorCode =\n${errorCodes.map((code) => `  | '${code}'`).join('\n')};`,
    ...[...records, ...filters].map(declaration),
    '',
  ].join('\n\n');
}

function declaration({ name, fields }: RecordType): string {
  return `export interface ${name} {\n${fields.map(property).join('\n')}\n}`;
}

function property({ name, description, type, isNullable, isOptional }: Field): string {
  const comment = description === '' ? '' : `  /** ${description} */\n`;
  return `${comment}  readonly ${name}${isOptional ? '?' : ''}: ${written(type)}${isNullable ? ' | null' : ''};`;
}

function written(type: Type): string {
  switch (type.kind) {
    case 'time':
      return 'string';
    case 'integer':
      return 'number';
    case 'any':
      return 'unknown';
    case 'words':
      return type.words.map((word) => `'${word}'`).join(' | ');
    case 'record':
      return type.name;
    case 'list':
      return type.of.kind === 'words' ? `readonly (${written(type.of)})[]` : `readonly ${written(type.of)}[]`;
    case 'map':
      return `Readonly<Record<string, ${written(type.of)}>>`;
    default:
      return type.kind;
  }
}
