/** An invalid setting. The boot ends with its message. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
