/** What a request is signed with. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The token of credentials that expire. */
  readonly sessionToken?: string;
}

/** @throws Error when none are found */
export type CredentialSource = () => Promise<Credentials>;

/**
 * Credentials as every AWS tool finds them: the environment, a shared file, a web identity, the role of a container or of an
 * instance. The library renews those that expire. It is loaded at the first request, as a volume needs none of it.
 */
export function standardCredentials(): CredentialSource {
  let found: Promise<CredentialSource> | undefined;
  return async () => {
    found ??= import('@aws-sdk/credential-provider-node').then(({ defaultProvider }) => defaultProvider());
    return await (await found)();
  };
}
