import { attemptFailures, catalogue, errorCode, type Reason } from '#domain/errors.ts';
import { generatedPage } from './support/generated-page.ts';

/**
 * Makes docs/errors.md from the catalogue in src/domain/errors.ts with `--write`; exits with 1 without it when the
 * page is out of date.
 */
await generatedPage('errors.md', errorsPage());

function errorsPage(): string {
  const reasons = Object.keys(catalogue) as Reason[];
  return `<!-- Made from src/domain/errors.ts by \`npm run generate\`. Do not edit. -->

# Errors

Every error that Filemill reports on purpose has a reason from this list. Over gRPC it is the
\`reason\` of a \`google.rpc.ErrorInfo\` with the domain \`filemill\`, beside the status code; over HTTP it
is the \`reason\` of an \`application/problem+json\` answer. A file whose attempt did not complete keeps
the same word, in lower case, in \`files.error_code\`.

Clients try again on the reasons that name a wait (gRPC carries it as \`google.rpc.RetryInfo\`), and on
no other: sending the same thing again would end the same way. An attempt on a file that did not
complete is repeated by the system itself until the file's attempts run out; \`filemill retry\` then
gives it another round.

| reason | gRPC code | \`files.error_code\` | try again |
| --- | --- | --- | --- |
${reasons.map(summaryRow).join('\n')}

${reasons.map(section).join('\n\n')}
`;
}

function summaryRow(reason: Reason): string {
  const word = attemptFailures.includes(reason) ? `\`${errorCode(reason)}\`` : '';
  return `| [${reason}](#${reason.toLowerCase()}) | ${catalogue[reason].code} | ${word} | ${tryAgain(reason)} |`;
}

function section(reason: Reason): string {
  const { what, action } = catalogue[reason];
  return `## ${reason}\n\n${what}\n\n**What to do:** ${action}`;
}

function tryAgain(reason: Reason): string {
  const { retryAfterMs } = catalogue[reason];
  return retryAfterMs === undefined ? 'no' : `after ${retryAfterMs / 1_000} s`;
}
