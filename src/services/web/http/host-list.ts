/**
 * The host names that this server answers to. Anything else in `Host` means that a foreign name was
 * made to point here (DNS rebinding), and the page behind it must not read a thing.
 */
export class HostList {
  readonly #entries: ReadonlySet<string>;

  constructor(entries: readonly string[]) {
    this.#entries = new Set(entries.map((entry) => entry.toLowerCase()));
  }

  /** The loopback names, the host of `listen`, and what `more` lists with commas. */
  static of(listen: string, more: string): HostList {
    const own = listen.startsWith('unix:') ? [] : [hostName(listen)];
    const further = more
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
    return new HostList(['localhost', '127.0.0.1', '[::1]', ...own, ...further]);
  }

  /**
   * @param host a `Host` header; a listed name stands for any port (ports are forwarded freely), a
   * listed `NAME:PORT` for that port only
   */
  allows(host: string | undefined): boolean {
    if (host === undefined) return false;
    const lower = host.toLowerCase();
    return this.#entries.has(lower) || this.#entries.has(hostName(lower));
  }
}

/** The name without its port; IPv6 addresses keep their brackets. */
function hostName(host: string): string {
  return host.replace(/:\d+$/, '');
}
