import { type Field, type Model, pascalCase, type RecordType, type Type } from './model.ts';

/** The types of the Go module, formatted as gofmt does: blank lines keep fields from being aligned with each other. */
export function goTypes({ records, filters, errorCodes }: Model): string {
  const words = [...records, ...filters].flatMap(({ fields }) => fields.flatMap(({ type }) => wordsIn(type)));
  const distinct = new Map(words.map((type) => [type.name, type.words]));
  return `${[
    '// Made from the OpenAPI document by `npm run generate`. DO NOT EDIT.',
    'package filemill',
    'import (\n\t"net/url"\n\t"strconv"\n\t"time"\n)',
    '// ErrorCode says why a request was refused, or failed: the reason of a problem (RFC 9457), or one of this package.\ntype ErrorCode string',
    `// What a server refuses with.\n${constants('Code', 'ErrorCode', errorCodes)}`,
    ...[...distinct].map(
      ([name, each]) =>
        `// ${name} may have other values with a newer server.\ntype ${name} string\n\n${constants(name, name, each)}`,
    ),
    ...records.map(
      (record) => `// ${record.name} is a part of the answers of Filemill.\n${struct(record, responseField)}`,
    ),
    ...filters.map(
      (filter) =>
        `// ${filter.name} narrows a listing down; zero values leave it as it is.\n${struct(filter, filterField)}\n\n${query(filter)}`,
    ),
  ].join('\n\n')}\n`;
}

function constants(prefix: string, type: string, words: readonly string[]): string {
  const names = words.map((word) => prefix + goName(word.toLowerCase()));
  const width = Math.max(...names.map((name) => name.length));
  const lines = words.map((word, n) => `\t${(names[n] as string).padEnd(width)} ${type} = "${word}"`);
  return `const (\n${lines.join('\n')}\n)`;
}

function struct({ name, fields }: RecordType, declare: (field: Field) => string): string {
  const lines = fields.map((field) => {
    const comment = field.description === '' ? '' : `\t// ${field.description}\n`;
    return `${comment}\t${declare(field)}`;
  });
  return `type ${name} struct {\n${lines.join('\n\n')}\n}`;
}

function responseField({ name, type, isNullable, isOptional }: Field): string {
  const isPointer = (isNullable || isOptional) && type.kind !== 'list' && type.kind !== 'map' && type.kind !== 'any';
  return `${goName(name)} ${isPointer ? '*' : ''}${written(type)} \`json:"${name}"\``;
}

function filterField({ name, type }: Field): string {
  return `${goName(name)} ${type.kind === 'boolean' ? '*bool' : written(type)}`;
}

/** The query string of a filter. */
function query({ name, fields }: RecordType): string {
  const lines = fields.map((field) => {
    const value = `f.${goName(field.name)}`;
    if (field.type.kind === 'list')
      return `\tfor _, one := range ${value} {\n\t\tquery.Add("${field.name}", string(one))\n\t}`;
    const [isSet, text] = conditions(value)[field.type.kind] ?? [`${value} != ""`, `string(${value})`];
    return `\tif ${isSet} {\n\t\tquery.Set("${field.name}", ${text})\n\t}`;
  });
  return `func (f ${name}) query() url.Values {\n\tquery := url.Values{}\n${lines.join('\n')}\n\treturn query\n}`;
}

function conditions(value: string): Readonly<Record<string, readonly [isSet: string, text: string]>> {
  return {
    boolean: [`${value} != nil`, `strconv.FormatBool(*${value})`],
    integer: [`${value} != 0`, `strconv.FormatInt(${value}, 10)`],
    string: [`${value} != ""`, value],
    time: [`!${value}.IsZero()`, `${value}.Format(time.RFC3339Nano)`],
  };
}

function wordsIn(type: Type): Extract<Type, { kind: 'words' }>[] {
  if (type.kind === 'words') return [type];
  return type.kind === 'list' || type.kind === 'map' ? wordsIn(type.of) : [];
}

const initialisms: Readonly<Record<string, string>> = {
  id: 'ID',
  mime: 'MIME',
  sha256: 'SHA256',
  tls: 'TLS',
  tus: 'TUS',
};

/** A sort order that begins with a minus sign is descending. */
function goName(snakeCase: string): string {
  const words = snakeCase.replace(/^-/, '').split('_');
  const name = words.map((word) => initialisms[word] ?? pascalCase(word)).join('');
  return snakeCase.startsWith('-') ? `${name}Descending` : name;
}

function written(type: Type): string {
  switch (type.kind) {
    case 'time':
      return 'time.Time';
    case 'integer':
      return 'int64';
    case 'number':
      return 'float64';
    case 'boolean':
      return 'bool';
    case 'any':
      return 'any';
    case 'string':
      return 'string';
    case 'words':
    case 'record':
      return type.name;
    case 'list':
      return `[]${written(type.of)}`;
    case 'map':
      return `map[string]${written(type.of)}`;
  }
}
