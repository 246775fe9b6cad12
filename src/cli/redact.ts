const secretName = /SECRET|PASSWORD|TOKEN|CREDENTIAL|PRIVATE/;

/** The FILEMILL_* variables by name, without what must stay secret: passwords in URLs, and whatever is named so. */
export function redactedSettings(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const names = Object.keys(env).filter((name) => name.startsWith('FILEMILL_'));
  return Object.fromEntries(names.sort().map((name) => [name, redact(name, env[name] ?? '')]));
}

function redact(name: string, value: string): string {
  // NAME_FILE holds the path of a secret, not the secret.
  if (secretName.test(name) && !name.endsWith('_FILE')) return '***';
  return redactUrl(value);
}

/** A password stands between the first colon after `//` and the last `@` before the path; it may be given as a parameter too. */
function redactUrl(value: string): string {
  return value
    .replace(/^((?:[a-z][a-z0-9+.-]*:\/\/)?[^/:@]*):.*@/i, '$1:***@')
    .replace(/([?&](?:password|sslpassword|token)=)[^&]*/gi, '$1***');
}
