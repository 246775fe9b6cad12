import type { Field, Model, RecordType, Type } from './model.ts';

/** The types of `filemill-client`: one immutable dataclass for each record, made of its JSON. */
export function pythonTypes({ records, filters, errorCodes }: Model): string {
  const words = [...records, ...filters].flatMap(({ fields }) => fields.flatMap(({ type }) => wordsIn(type)));
  const distinct = new Map(words.map((type) => [type.name, type.words]));
  const aliases = [...distinct].map(([name, each]) => literal(name, each));
  return `${[
    '"""Made from the OpenAPI document by `npm run generate`. Do not edit."""\n\nfrom __future__ import annotations',
    'from collections.abc import Callable, Mapping, Sequence\nfrom dataclasses import dataclass\nfrom datetime import datetime\nfrom typing import Any, Literal, TypedDict, TypeVar',
    `${literal('ServerErrorCode', errorCodes)}\n"""Why a request was refused: the \`reason\` of a problem (RFC 9457)."""`,
    ...aliases,
    'T = TypeVar("T")',
  ].join('\n\n')}\n\n\n${[helpers, ...records.map(dataclass), ...filters.map(typedDict)].join('\n\n\n')}\n`;
}

const helpers = `def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _maybe(decode: Callable[[Any], T], json: Any) -> T | None:
    return None if json is None else decode(json)`;

function literal(name: string, words: readonly string[]): string {
  return `${name} = Literal[\n${words.map((word) => `    "${word}",`).join('\n')}\n]`;
}

function wordsIn(type: Type): Extract<Type, { kind: 'words' }>[] {
  if (type.kind === 'words') return type.words.join() === 'true,false' ? [] : [type];
  return type.kind === 'list' || type.kind === 'map' ? wordsIn(type.of) : [];
}

function dataclass({ name, fields }: RecordType): string {
  const decoded = fields.map((field) => `            ${field.name}=${decode(field)},`).join('\n');
  return `@dataclass(frozen=True, slots=True, kw_only=True)
class ${name}:
${fields.map(attribute).join('\n')}

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> ${name}:
        return cls(
${decoded}
        )`;
}

function attribute(field: Field): string {
  const isMissing = field.isNullable || field.isOptional;
  return `    ${field.name}: ${written(field.type)}${isMissing ? ' | None = None' : ''}${comment(field)}`;
}

function typedDict({ name, fields }: RecordType): string {
  const times = (field: Field) => (field.type.kind === 'time' ? 'datetime | str' : written(field.type));
  return `class ${name}(TypedDict, total=False):\n${fields.map((field) => `    ${field.name}: ${times(field)}${comment(field)}`).join('\n')}`;
}

function comment({ description }: Field): string {
  return description === '' ? '' : `\n    """${description}"""`;
}

function decode({ name, type, isNullable, isOptional }: Field): string {
  const isMissing = isNullable || isOptional;
  const value = isMissing ? `json.get("${name}")` : `json["${name}"]`;
  const decoder = decoderOf(type);
  if (decoder === undefined) return value;
  return isMissing ? `_maybe(${decoder}, ${value})` : `${decoder}(${value})`;
}

function decoderOf(type: Type): string | undefined {
  if (type.kind === 'time') return '_time';
  if (type.kind === 'record') return `${type.name}.from_json`;
  const each = type.kind === 'list' ? decoderOf(type.of) : undefined;
  return each && `(lambda items: [${each}(item) for item in items])`;
}

function written(type: Type): string {
  switch (type.kind) {
    case 'string':
      return 'str';
    case 'time':
      return 'datetime';
    case 'integer':
      return 'int';
    case 'number':
      return 'float';
    case 'boolean':
      return 'bool';
    case 'any':
      return 'Any';
    case 'words':
    case 'record':
      return type.name;
    case 'list':
      return `Sequence[${written(type.of)}]`;
    case 'map':
      return `Mapping[str, ${written(type.of)}]`;
  }
}
