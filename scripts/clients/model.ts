/** What the three clients make types of, in terms that all of their languages have. */
export interface Model {
  readonly records: readonly RecordType[];
  /** The query of a listing: every field may be left out. */
  readonly filters: readonly RecordType[];
  readonly errorCodes: readonly string[];
}

export interface RecordType {
  readonly name: string;
  readonly fields: readonly Field[];
}

export interface Field {
  /** As in the JSON: `mime_type`. */
  readonly name: string;
  readonly description: string;
  readonly type: Type;
  readonly isNullable: boolean;
  readonly isOptional: boolean;
}

export type Type =
  | { readonly kind: 'string' | 'time' | 'integer' | 'number' | 'boolean' | 'any' }
  | { readonly kind: 'words'; readonly name: string; readonly words: readonly string[] }
  | { readonly kind: 'record'; readonly name: string }
  | { readonly kind: 'list' | 'map'; readonly of: Type };

/** The part of JSON Schema that the OpenAPI document of the web service uses. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly $ref?: string;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly description?: string;
  readonly schema: Schema;
}

interface OpenApi {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
  readonly paths: Readonly<Record<string, { readonly get?: { readonly parameters?: readonly Parameter[] } }>>;
}

/** The clients page by themselves. */
const notOfFilters = ['page_token'];

/**
 * @param schemaNames which schemas clients need; those that they refer to must be among them
 * @param listings the paths of listings, by the names of the types of their queries
 * @throws if the document lacks one of these
 */
export function modelOf(
  document: unknown,
  schemaNames: readonly string[],
  listings: Readonly<Record<string, string>>,
): Model {
  const {
    components: { schemas },
    paths,
  } = document as OpenApi;
  const records: RecordType[] = [];
  for (const name of schemaNames) addRecord(records, name, schemas[name] ?? missing(name));
  const filters = Object.entries(listings).map(([name, path]) => ({
    name,
    fields: (paths[path]?.get?.parameters ?? missing(path))
      .filter((parameter) => parameter.in === 'query' && !notOfFilters.includes(parameter.name))
      .map((parameter) => filterField(records, parameter)),
  }));
  const errorCodes = (schemas.Problem?.properties?.reason?.enum ?? missing('Problem')).map(String);
  return { records, filters, errorCodes };
}

function filterField(records: RecordType[], { name, description = '', schema }: Parameter): Field {
  const type = typeOf(records, `Filter_${name}`, schema);
  const isYesOrNo = type.kind === 'words' && type.words.join() === 'true,false';
  return { name, description, type: isYesOrNo ? { kind: 'boolean' } : type, isNullable: false, isOptional: true };
}

function addRecord(records: RecordType[], name: string, { properties = {}, required = [] }: Schema): void {
  const fields = Object.entries(properties).map(([field, schema]) => {
    const isNull = (one: Schema) => one.type === 'null';
    const isNullable =
      schema.anyOf?.some(isNull) === true || (Array.isArray(schema.type) && schema.type.includes('null'));
    const { description = '' } = schema;
    const isOptional = !required.includes(field);
    return { name: field, description, type: typeOf(records, `${name}_${field}`, schema), isNullable, isOptional };
  });
  records.push({ name, fields });
}

function typeOf(records: RecordType[], place: string, schema: Schema): Type {
  const { anyOf, $ref, format, items, additionalProperties } = schema;
  const options = anyOf?.filter(({ type }) => type !== 'null') ?? [];
  // One word or several of them: several, as one is a list too.
  const option = options.find(({ type }) => type === 'array') ?? options[0];
  if (option !== undefined) return typeOf(records, place, option);
  if ($ref !== undefined) return { kind: 'record', name: $ref.slice($ref.lastIndexOf('/') + 1) };
  if (schema.enum?.every((word) => typeof word === 'string'))
    return { kind: 'words', name: pascalCase(place), words: schema.enum.map(String) };
  if (items !== undefined) return { kind: 'list', of: typeOf(records, place.replace(/s$/, ''), items) };
  if (schema.properties !== undefined) {
    addRecord(records, pascalCase(place), schema);
    return { kind: 'record', name: pascalCase(place) };
  }
  if (typeof additionalProperties === 'object')
    return { kind: 'map', of: typeOf(records, place, additionalProperties) };
  const type = [schema.type].flat().find((word) => word !== 'null');
  if (format === 'date-time') return { kind: 'time' };
  if (schema.enum?.every((value) => Number.isInteger(value))) return { kind: 'integer' };
  return { kind: scalars[type ?? ''] ?? 'any' };
}

const scalars: Readonly<Record<string, 'string' | 'integer' | 'number' | 'boolean'>> = {
  string: 'string',
  integer: 'integer',
  number: 'number',
  boolean: 'boolean',
};

export function pascalCase(words: string): string {
  return words.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()).replaceAll('_', '');
}

function missing(what: string): never {
  throw new Error(`The OpenAPI document has no ${what}.`);
}
