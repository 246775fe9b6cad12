import type { CoreFields, FileAnalyzer, FileContext, FindingError, Findings, OutputData } from '#domain/analysis.ts';
import type { KeptText } from './kept-text.ts';

/** What a file analyser made of a file. */
export type StepOutcome =
  | { readonly findings: Findings; readonly core?: Partial<CoreFields> | undefined; readonly text?: KeptText }
  | { readonly error: FindingError };

/** Runs an analyser on the file. */
export type RunStep = (analyzer: FileAnalyzer, context: FileContext) => Promise<StepOutcome>;

/** Adds what the file analysers find to the output of the pass, one after the other, each by `run`. */
export async function complete(
  { schema, findings, analyzers: versions, ...core }: OutputData,
  filename: string,
  analyzers: readonly FileAnalyzer[],
  run: RunStep,
): Promise<OutputData> {
  const known: Record<string, Findings> = { ...findings };
  const ran: Record<string, string> = { ...versions };
  let fields: CoreFields = core;
  for (const analyzer of analyzers) {
    if (!analyzer.accepts(fields)) continue;
    const outcome = await run(analyzer, { filename, core: fields, findings: known });
    ran[analyzer.name] = analyzer.version;
    known[analyzer.finds] = 'error' in outcome ? { error: outcome.error } : outcome.findings;
    fields = { ...fields, ...('error' in outcome ? analyzer.unknown : outcome.core) };
  }
  return { schema, ...fields, findings: known, analyzers: ran };
}

/** The file analysers of a registry. */
export function fileAnalyzers(analyzers: readonly { readonly name: string }[]): readonly FileAnalyzer[] {
  return analyzers.filter((analyzer): analyzer is FileAnalyzer => 'analyze' in analyzer);
}
