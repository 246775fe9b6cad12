import type { FindingError } from '#domain/analysis.ts';
import type { Json } from './schemas.ts';

type Output = Json<'Output'>;

/** What is found in the findings of an `output_data` document, whatever its version. */

export function languageOf(output: Output): string | undefined {
  return textOf(output.findings?.text?.language);
}

export function isEncrypted({ findings = {} }: Output): boolean {
  return Object.values(findings).some(({ encrypted }) => encrypted === true);
}

/** Why analysers have no findings, by the kind of these. */
export function findingErrorsOf({ findings = {} }: Output): readonly (readonly [kind: string, error: FindingError])[] {
  return Object.entries(findings).flatMap(([kind, { error }]) => (isError(error) ? [[kind, error] as const] : []));
}

function isError(value: unknown): value is FindingError {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
