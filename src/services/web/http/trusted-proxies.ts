import type { IncomingMessage } from 'node:http';
import { AddressRanges, loopbackRanges } from '#platform/address-ranges.ts';

/** The trusted proxies that a request passed. */
export interface Passage {
  /** The hosts that clients addressed along the way, the browser's own first. */
  readonly hosts: readonly string[];
  /** Whether a proxy replaced `Host` and does not tell the original. */
  readonly hidesHost: boolean;
}

export const noPassage: Passage = { hosts: [], hidesHost: false };

/** The proxies whose `Forwarded` and `X-Forwarded-Host` are trusted, by the addresses that they connect from. */
export class TrustedProxies {
  static readonly loopback = new TrustedProxies(AddressRanges.of(...loopbackRanges) as AddressRanges);

  readonly #ranges: AddressRanges;

  private constructor(ranges: AddressRanges) {
    this.#ranges = ranges;
  }

  /** Parses comma-separated addresses, ranges (`10.0.0.0/8`) and `loopback`, or `none`; undefined for anything else. */
  static parse(list: string): TrustedProxies | undefined {
    const words = list.split(',').map((word) => word.trim());
    const named = words.filter((word) => word !== '' && word !== 'none');
    const ranges = AddressRanges.of(...named.flatMap((word) => (word === 'loopback' ? loopbackRanges : word)));
    return ranges && new TrustedProxies(ranges);
  }

  /** Whether what connects from there is a proxy. */
  trusts(address: string): boolean {
    return this.#ranges.contains(address);
  }

  /** Whether the client speaks TLS, to this server or, as a trusted proxy tells, to that proxy. */
  isOverTls({ headers, socket }: IncomingMessage): boolean {
    if ('encrypted' in socket && socket.encrypted === true) return true;
    if (!this.#ranges.contains(socket.remoteAddress ?? '127.0.0.1')) return false;
    const standard = /(?:^|[;,\s])proto="?(\w+)/i.exec(String(headers.forwarded ?? ''))?.[1];
    const told = standard ?? String(headers['x-forwarded-proto'] ?? '').split(',', 1)[0];
    return told?.trim().toLowerCase() === 'https';
  }

  passageOf({ headers, httpVersion, socket }: IncomingMessage): Passage {
    // A peer on a Unix socket has no address, but is on this machine.
    if (!this.#ranges.contains(socket.remoteAddress ?? '127.0.0.1')) return noPassage;
    const standard = forwardedHosts(String(headers.forwarded ?? ''));
    const usual = String(headers['x-forwarded-host'] ?? '').split(',');
    const hosts = [...standard, ...usual.map((name) => name.trim()).filter((name) => name !== '')];
    // Browsers do not speak HTTP/1.0; nginx does by default.
    return { hosts, hidesHost: hosts.length === 0 && httpVersion === '1.0' };
  }
}

/** Every `host` of a `Forwarded` header (RFC 7239), in order; quoted strings may contain separators. */
function forwardedHosts(header: string): string[] {
  const pairs = header.matchAll(/([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*))/g);
  return [...pairs].flatMap(([, name = '', quoted, token]) =>
    name.toLowerCase() === 'host' ? [quoted?.replace(/\\(.)/g, '$1') ?? token ?? ''] : [],
  );
}
