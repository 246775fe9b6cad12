import type { Reader, Statement } from '#adapters/postgres/database/database.ts';

/** A step of a plan that was carried out, as `explain (analyze, format json)` tells of it. */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** Carries the statement out. */
export async function explainStatement(
  [{ text }, values]: [Statement, readonly unknown[]],
  asked: Reader,
): Promise<PlanNode> {
  const explained = { text: `explain (analyze, format json) ${text}` };
  const [row] = await asked.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(explained, values);
  return (row as NonNullable<typeof row>)['QUERY PLAN'][0].Plan;
}

/** The rows that each scan has read. */
export function scansOf(node: PlanNode): { table: string; by: string; rows: number }[] {
  const below = (node.Plans ?? []).flatMap(scansOf);
  const table = node['Relation Name'];
  if (table === undefined) return below;
  const rows = (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
  return [{ table, by: node['Node Type'], rows }, ...below];
}

/** The plan as text, for messages. */
export function outline(node: PlanNode, depth = 0): string {
  const rows = `${node['Actual Rows']} × ${node['Actual Loops']}`;
  const line = `\n${'  '.repeat(depth)}${node['Node Type']} ${node['Relation Name'] ?? ''} ${rows}`;
  return line + (node.Plans ?? []).map((below) => outline(below, depth + 1)).join('');
}
