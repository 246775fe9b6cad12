import { execFileSync } from 'node:child_process';
import { generatedPage } from './support/generated-page.ts';
import { markdownTable } from './support/markdown-table.ts';

/** Makes docs/reference/grpc.md of proto/filemill/v1, comments included, as errors-doc.ts makes docs/errors.md. */
interface Named {
  readonly name: string;
}

interface Field extends Named {
  readonly number: number;
  readonly type: string;
  readonly typeName?: string;
  readonly label?: string;
  readonly oneofIndex?: number;
  readonly proto3Optional?: boolean;
}

interface Message extends Named {
  readonly field?: readonly Field[];
  readonly nestedType?: readonly Message[];
  readonly enumType?: readonly Enum[];
  readonly options?: { readonly mapEntry?: boolean };
}

interface Enum extends Named {
  readonly value: readonly (Named & { readonly number: number })[];
}

interface Method extends Named {
  readonly inputType: string;
  readonly outputType: string;
  readonly clientStreaming?: boolean;
  readonly serverStreaming?: boolean;
}

interface File extends Named {
  readonly package: string;
  readonly service?: readonly (Named & { readonly method?: readonly Method[] })[];
  readonly messageType?: readonly Message[];
  readonly enumType?: readonly Enum[];
  readonly sourceCodeInfo: {
    readonly location: readonly { readonly path?: readonly number[]; readonly leadingComments?: string }[];
  };
}

/** Numbers of fields in descriptor.proto, of which the paths of comments are made. */
const places = { message: 4, enum: 5, service: 6, method: 2, field: 2, nested: 3, nestedEnum: 4, value: 2 } as const;

const image = execFileSync('buf', ['build', '--path', 'proto/filemill/v1', '-o', '-#format=json'], {
  encoding: 'utf8',
  maxBuffer: 2 ** 26,
});
const files = (JSON.parse(image) as { file: readonly File[] }).file.filter(({ name }) => name.startsWith('filemill/'));
await generatedPage('reference/grpc.md', page());

function page(): string {
  return `<!-- Made from proto/filemill/v1 by \`npm run generate\`. Do not edit. -->

# gRPC API

The whole public contract, package \`filemill.v1\`, on one port. A client in any language needs the files of
[\`proto/filemill/v1\`](../../proto/filemill/v1) alone. Errors carry a [reason](../errors.md).

${files.map(fileText).join('\n\n')}
`;
}

function fileText(file: File): string {
  const comments = new Map(
    file.sourceCodeInfo.location.map(({ path = [], leadingComments = '' }) => [path.join('.'), leadingComments.trim()]),
  );
  const said = (...path: readonly number[]) => comments.get(path.join('.')) ?? '';
  const services = (file.service ?? []).flatMap(({ name, method = [] }, at) => [
    `## ${name}`,
    said(places.service, at),
    ...method.flatMap((one, index) => [
      `### ${name}.${one.name}`,
      said(places.service, at, places.method, index),
      callOf(one),
    ]),
  ]);
  const messages = (file.messageType ?? []).flatMap((message, at) => messageText(message, [places.message, at], said));
  const enums = (file.enumType ?? []).map((one, at) => enumText(one, [places.enum, at], said));
  const parts = [
    ...services,
    ...(services.length > 0 ? [] : [`## ${file.name.replace(/^.*\//, '')}`]),
    ...messages,
    ...enums,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

type Said = (...path: readonly number[]) => string;

function messageText(message: Message, path: readonly number[], said: Said): string[] {
  const { name, field = [], nestedType = [], enumType = [] } = message;
  const maps = new Map(nestedType.filter(({ options }) => options?.mapEntry).map((entry) => [entry.name, entry]));
  const rows = field.map((one, at) => [
    String(one.number),
    `\`${one.name}\``,
    typeOf(one, maps),
    said(...path, places.field, at),
  ]);
  const nested = nestedType.flatMap((inner, at) =>
    inner.options?.mapEntry
      ? []
      : messageText({ ...inner, name: `${name}.${inner.name}` }, [...path, places.nested, at], said),
  );
  const enums = enumType.map((one, at) =>
    enumText({ ...one, name: `${name}.${one.name}` }, [...path, places.nestedEnum, at], said),
  );
  const fields = rows.length > 0 ? markdownTable(['', 'field', 'type', ''], rows) : 'No fields.';
  return [`#### ${name}`, said(...path), fields, ...nested, ...enums];
}

function enumText({ name, value }: Enum, path: readonly number[], said: Said): string {
  const rows = value.map((one, at) => [String(one.number), `\`${one.name}\``, said(...path, places.value, at)]);
  return [`#### ${name}`, said(...path), markdownTable(['', 'value', ''], rows)]
    .filter((part) => part !== '')
    .join('\n\n');
}

function callOf({ inputType, outputType, clientStreaming, serverStreaming }: Method): string {
  const part = (type: string, streams = false) => `${streams ? 'a stream of ' : ''}${link(type)}`;
  return `Takes ${part(inputType, clientStreaming)}, answers with ${part(outputType, serverStreaming)}.`;
}

function typeOf({ type, typeName, label, proto3Optional }: Field, maps: ReadonlyMap<string, Message>): string {
  const entry = maps.get(typeName?.replace(/^.*\./, '') ?? '')?.field;
  if (entry) return `map of ${entry.map((one) => typeOf(one, new Map())).join(' to ')}`;
  const base = typeName === undefined ? type.replace(/^TYPE_/, '').toLowerCase() : link(typeName);
  if (label === 'LABEL_REPEATED') return `repeated ${base}`;
  return proto3Optional ? `optional ${base}` : base;
}

function link(typeName: string): string {
  const name = typeName.replace(/^\.filemill\.v1\./, '');
  if (name.startsWith('.')) return `\`${name.slice(1)}\``;
  return `[${name}](#${name.toLowerCase().replaceAll('.', '')})`;
}
