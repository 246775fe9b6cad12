/** A setting that cannot be used. The boot ends with its message. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
