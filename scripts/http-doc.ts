import { generatedPage } from './support/generated-page.ts';
import { markdownTable } from './support/markdown-table.ts';
import { servedOpenApi } from './support/served-openapi.ts';

/** Makes docs/reference/http.md of the OpenAPI document that web serves, as errors-doc.ts makes docs/errors.md. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

interface Operation {
  readonly tags: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly (Schema & { readonly name: string; readonly in: string; readonly schema: Schema })[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

interface OpenApi {
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

await generatedPage('reference/http.md', page((await servedOpenApi()) as OpenApi));

function page({ tags, paths, components }: OpenApi): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ title: `${method.toUpperCase()} ${path}`, operation })),
  );
  const groups = tags.map(({ name, description }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    return `## ${name}\n\n${description}\n\n${own.map(({ title, operation }) => section(title, operation)).join('\n\n')}`;
  });
  return `<!-- Made from src/services/web/routes by \`npm run generate\`. Do not edit. -->

# HTTP API

Every route of the HTTP port. \`/api/v1/openapi.json\` is the same for machines (OpenAPI 3.1). A refusal is a problem (RFC 9457) whose
\`reason\` is one of the [errors](../errors.md).

${groups.join('\n\n')}

## Schemas

${Object.entries(components.schemas)
  .map(([name, schema]) => `### ${name} (schema)\n\n${schemaText(schema)}`)
  .join('\n\n')}
`;
}

function section(title: string, { summary, description, parameters = [], requestBody, responses }: Operation): string {
  const rows = parameters.map(({ name, in: place, description: text, schema }) => [
    `\`${name}\``,
    place,
    typeOf(schema),
    text ?? schema.description ?? '',
  ]);
  const answers = Object.entries(responses).map(([status, { description: text, content }]) => [
    status,
    contentOf(content),
    text,
  ]);
  return [
    `### ${title}`,
    [summary && `**${summary}.**`, description].filter(Boolean).join(' '),
    ...(rows.length > 0 ? [markdownTable(['parameter', 'in', 'type', ''], rows)] : []),
    ...(requestBody ? [`Body: ${contentOf(requestBody.content)}`] : []),
    markdownTable(['answer', 'content', ''], answers),
  ].join('\n\n');
}

function schemaText(schema: Schema): string {
  const { properties, required = [], description } = schema;
  const rows = Object.entries(properties ?? {}).map(([name, field]) => [
    `\`${name}\``,
    typeOf(field),
    required.includes(name) ? '' : 'optional',
    field.description ?? '',
  ]);
  const fields = rows.length > 0 ? markdownTable(['field', 'type', '', ''], rows) : typeOf(schema);
  return [...(description ? [description] : []), fields].join('\n\n');
}

function contentOf(content: Content = {}): string {
  return Object.entries(content)
    .map(([type, { schema }]) => (schema?.$ref ? `${typeOf(schema)} as \`${type}\`` : `\`${type}\``))
    .join(', ');
}

function typeOf({ $ref, type, enum: values, items, anyOf }: Schema): string {
  if ($ref !== undefined) return referenceTo($ref.replace(/^.*\//, ''));
  if (values !== undefined) return values.map((value) => `\`${value}\``).join(', ');
  if (anyOf !== undefined) return [...new Set(anyOf.map(typeOf))].join(' or ');
  if (items !== undefined) return `array of ${typeOf(items)}`;
  return [type ?? 'anything'].flat().join(' or ');
}

function referenceTo(name: string): string {
  return `[${name}](#${name.toLowerCase()}-schema)`;
}
