/** How the server and this client know each other by TLS (Node alone). */
export interface Trust {
  /** The path of the CA certificates to trust in place of the system's; FILEMILL_TLS_CA unless set. */
  readonly caFile?: string | undefined;
  /** The paths of a certificate and its key, for a server that demands them of its clients. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/** What the surroundings of this client say, where options say nothing. */
export interface Surroundings {
  readonly url: string;
  readonly token: string | undefined;
  readonly caFile: string | undefined;
}
