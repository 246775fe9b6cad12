import { z } from 'zod';
import { needOfRoute } from '#contract/access.ts';
import { type Json, type SchemaName, schemas } from '#contract/schemas.ts';
import type { Need } from '#domain/access.ts';
import type { Reason } from '#domain/errors.ts';
import { cookieNames, pageHeader } from './access.ts';
import { examples } from './examples.ts';
import { httpStatus } from './problem.ts';
import type { Answer, Route } from './route.ts';
import { pathParameterOf, tags } from './tags.ts';

/** The OpenAPI 3.1 document, made from the descriptions that the routes are served by. */
export function openApiDocument(routes: readonly Route[]): Json<'Document'> {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    paths[route.path] ??= {};
    Object.assign(paths[route.path] as object, { [route.method.toLowerCase()]: operation(route) });
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Filemill',
      version: '1',
      description:
        'Stores files, analyses them, and tracks the state of each. Every GET route also answers HEAD. ' +
        'Every refusal is a problem (RFC 9457) whose `reason` is listed in docs/errors.md. ' +
        'Every answer carries `X-Request-Id`: the id that the request brought, or a new one.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    // Relative to the document, so that it holds below the path of a proxy.
    servers: [{ url: '../..' }],
    tags: Object.entries(tags).map(([name, { description }]) => ({ name, description })),
    paths,
    components: { schemas: components(), securitySchemes },
  };
}

function operation(route: Route): object {
  const { name, tag, summary, description, tagged, answers } = route;
  const parameters = [...pathParameters(route), ...queryParameters(route), ...headerParameters(route)];
  const responses: Record<string, object> = { ...problemResponses(route) };
  if (tagged) responses[304] = { description: 'The answer has not changed: `If-None-Match` names its ETag.' };
  for (const [status, answer] of Object.entries(answers)) responses[status] = response(answer, route);
  return {
    operationId: name,
    tags: [tag],
    summary,
    description,
    security: security(route),
    ...(parameters.length > 0 && { parameters }),
    ...requestBody(route),
    responses,
  };
}

function pathParameters({ path, tag }: Route): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    ...pathParameterOf(tag, name),
    schema: { type: 'string' },
  }));
}

function queryParameters({ query = {} }: Route): object[] {
  const { properties = {}, required = [] } = jsonSchema(z.strictObject(query));
  return Object.entries(properties).map(([name, schema]) => {
    const { description, ...rest } = schema as { description?: string };
    return { name, in: 'query', required: required.includes(name), ...(description && { description }), schema: rest };
  });
}

/** In OpenAPI `Content-Type` belongs to the body, not to the parameters. */
function headerParameters({ headers = {}, tagged }: Route): object[] {
  const heard = { ...headers, ...(tagged && { 'If-None-Match': 'ETags of answers that the client already holds.' }) };
  return Object.entries(heard)
    .filter(([name]) => name !== 'Content-Type')
    .map(([name, description]) => ({ name, in: 'header', description, schema: { type: 'string' } }));
}

function requestBody({ body, content, headers }: Route): { requestBody?: object } {
  if (body !== undefined)
    return { requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(body) } } } };
  if (content === 'any')
    return { requestBody: { description: headers?.['Content-Type'] ?? '', content: { '*/*': {} } } };
  if (content === 'application/offset+octet-stream') return { requestBody: { content: { [content]: {} } } };
  if (content === undefined) return {};
  const files = { type: 'array', items: { type: 'string', contentMediaType: 'application/octet-stream' } };
  const schema = { type: 'object', properties: { file: files } };
  return { requestBody: { required: true, content: { [content]: { schema } } } };
}

const staleness = 'How old the answer may be at most, in milliseconds. Fresh answers lack it.';

function response(
  { description, schema, types = [], items = [], headers = {} }: Answer,
  { tagged, mayBeStale }: Route,
): object {
  const told = {
    ...headers,
    ...(tagged && { ETag: 'Identifies this version of the answer.' }),
    ...(mayBeStale && { 'Filemill-Staleness-Ms': staleness }),
  };
  const described = Object.entries(told).map(([name, text]) => [
    name,
    { description: text, schema: { type: 'string' } },
  ]);
  const content = [
    ...(schema === undefined ? [] : [['application/json', { schema: reference(schema) }]]),
    ...types.map((type) => [type.split(';', 1)[0], { schema: textOf(items) }]),
  ];
  return {
    description,
    ...(described.length > 0 && { headers: Object.fromEntries(described) }),
    ...(content.length > 0 && { content: Object.fromEntries(content) }),
  };
}

/** OpenAPI 3.1 has no word for a stream of JSON values; `contentSchema` names theirs. */
function textOf(items: readonly SchemaName[]): object {
  const [first, ...others] = items.map(reference);
  if (first === undefined) return { type: 'string' };
  const contentSchema = others.length === 0 ? first : { anyOf: [first, ...others] };
  return { type: 'string', contentMediaType: 'application/json', contentSchema };
}

/** Problems of every route. */
const always: readonly Reason[] = [
  'REQUEST_INVALID',
  'ORIGIN_REFUSED',
  'INTERNAL',
  'UNAVAILABLE',
  'STORE_REFUSES',
  'SHUTTING_DOWN',
];

function problemResponses({ name, problems = [], body }: Route): Record<string, object> {
  const ofBody: readonly Reason[] = body === undefined ? [] : ['MEDIA_TYPE_REFUSED'];
  const byStatus = Map.groupBy([...problems, ...ofBody, ...refusals(needOfRoute(name)), ...always], httpStatus);
  return Object.fromEntries(
    [...byStatus].map(([status, reasons]) => [
      status,
      {
        description: reasons.join(', '),
        content: { 'application/problem+json': { schema: reference('Problem') } },
      },
    ]),
  );
}

/** Where callers need no credentials, none of these is answered. */
function refusals(need: Need | undefined): readonly Reason[] {
  if (need === undefined || need === 'open') return [];
  return need === 'any' ? ['UNAUTHENTICATED'] : ['UNAUTHENTICATED', 'PERMISSION_DENIED'];
}

/** An empty object stands for requests without credentials. */
function security({ name }: Route): object[] {
  const need = needOfRoute(name);
  return need === undefined || need === 'open' ? [] : [{ token: [] }, { session: [] }, {}];
}

const securitySchemes = {
  token: { type: 'http', scheme: 'bearer', description: 'A token, `fm_<id>_<secret>`, or a JWT.' },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: cookieNames.tls,
    description: `The session of the page; \`${cookieNames.clear}\` without TLS. Changes need the header \`${pageHeader}\` too.`,
  },
} as const;

function reference(name: SchemaName) {
  return { $ref: referenceTo(name) };
}

function referenceTo(name: string): string {
  return `#/components/schemas/${name}`;
}

function components(): Record<string, object> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const made = z.toJSONSchema(registry, { ...asWritten, uri: referenceTo }).schemas;
  return Object.fromEntries(
    Object.entries(made).map(([name, schema]) => {
      const example = examples[name as SchemaName];
      return [name, { ...withoutIdentity(schema), ...(example !== undefined && { examples: [example] }) }];
    }),
  );
}

function jsonSchema(schema: z.ZodType): z.core.JSONSchema.BaseSchema {
  return withoutIdentity(z.toJSONSchema(schema, asWritten));
}

/** Describes what clients send rather than what it is parsed into; a format needs no pattern beside it. */
const asWritten = {
  io: 'input',
  unrepresentable: 'any',
  override({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }) {
    if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
    nameProperties(jsonSchema);
  },
} as const;

/** A record with known keys is an object with these properties; generators of clients do not know `propertyNames`. */
function nameProperties(schema: z.core.JSONSchema.BaseSchema): void {
  const { propertyNames, additionalProperties: value } = schema;
  if (typeof propertyNames !== 'object' || typeof value !== 'object' || propertyNames.enum === undefined) return;
  schema.properties = Object.fromEntries(propertyNames.enum.map((name) => [name, value]));
  schema.additionalProperties = false;
  delete schema.propertyNames;
}

/** Schemas within a document need no dialect or id. */
function withoutIdentity({ $schema, $id, ...schema }: z.core.JSONSchema.BaseSchema): z.core.JSONSchema.BaseSchema {
  return schema;
}
