const secretName = /SECRET|PASSWORD|TOKEN|CREDENTIAL|PRIVATE|HEADERS/;

/** Lists the FILEMILL_* and OTEL_* variables without secrets: passwords in URLs, and variables named as secrets. */
export function redactedSettings(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const names = Object.keys(env).filter((name) => /^(FILEMILL|OTEL)_/.test(name));
  return Object.fromEntries(names.sort().map((name) => [name, redact(name, env[name] ?? '')]));
}

function redact(name: string, value: string): string {
  // NAME_FILE holds the path of a secret, not the secret itself.
  if (secretName.test(name) && !name.endsWith('_FILE')) return '***';
  return redactUrl(value);
}

/** A password lies between the first colon after `//` and the last `@` before the path, or in a parameter. */
function redactUrl(value: string): string {
  return value
    .replace(/^((?:[a-z][a-z0-9+.-]*:\/\/)?[^/:@]*):.*@/i, '$1:***@')
    .replace(/([?&](?:\w*password|token)=)[^&]*/gi, '$1***');
}
