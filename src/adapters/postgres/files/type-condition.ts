/** Adds a parameter to a statement, and answers with its place. */
export type Parameter = (value: unknown) => string;

/** The type that the analysis found, as an index of `results` has it. */
export const foundType = `(output_data ->> 'mime_type') collate "C"`;

/** Of a whole family, `image/*`: all from `image/` to before `image0`, the next character. */
export function typeCondition(column: string, mimeType: string, parameter: Parameter): string {
  if (!mimeType.endsWith('/*')) return `${column} = ${parameter(mimeType)}`;
  const family = mimeType.slice(0, -2);
  return `${column} >= ${parameter(`${family}/`)} and ${column} < ${parameter(`${family}0`)}`;
}
