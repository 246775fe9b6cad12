/** What `npm audit --json` prints: a report, or the error of a registry that has none. */
interface AuditOutput {
  readonly message?: string;
  readonly error?: { readonly summary?: string };
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string; readonly range?: string }>>;
}

export interface Verdict {
  readonly fatal: boolean;
  readonly lines: readonly string[];
}

/** Known vulnerabilities of high severity and more are fatal; a registry that cannot be asked is not, but is told. */
export function judgeAudit(output: string): Verdict {
  const { message, error, vulnerabilities }: AuditOutput = parsed(output);
  if (vulnerabilities === undefined) {
    const why = message || error?.summary || 'it did not answer';
    return { fatal: false, lines: [`The registry cannot be asked about vulnerabilities: ${why}`] };
  }
  const found = Object.entries(vulnerabilities);
  return {
    fatal: found.some(([, { severity }]) => severity === 'high' || severity === 'critical'),
    lines:
      found.length === 0
        ? ['No known vulnerability.']
        : found.map(([name, { severity, range = '*' }]) => `${name} ${range}: ${severity}`),
  };
}

function parsed(output: string): AuditOutput {
  try {
    return JSON.parse(output) as AuditOutput;
  } catch {
    return {};
  }
}
