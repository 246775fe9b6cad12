import { analyzers } from '#analysis/registry.ts';
import { complete, fileAnalyzers } from '#analysis/run/complete.ts';
import { analyzeFile } from '#analysis/run/pass.ts';
import { runStep } from '#analysis/run/step.ts';
import type { AnalysisFile, OutputData } from '#domain/analysis.ts';

/** The pass and all file analysers in this process. */
export async function inProcess(file: AnalysisFile): Promise<OutputData> {
  return await complete(await pass(file), file.filename, fileAnalyzers(analyzers), (analyzer, context) =>
    runStep(file, analyzer, context),
  );
}

export async function pass(file: AnalysisFile): Promise<OutputData> {
  return await analyzeFile(file, analyzers);
}
