import { BlockList, isIP } from 'node:net';

/** IP addresses and ranges (`ADDRESS/BITS`) of both versions. An IPv4-mapped IPv6 address equals the IPv4 address. */
export class AddressRanges {
  readonly #list = new BlockList();

  /** @returns undefined if one of the ranges is malformed */
  static of(...ranges: readonly string[]): AddressRanges | undefined {
    const made = new AddressRanges();
    return ranges.every((range) => made.#add(range)) ? made : undefined;
  }

  contains(address: string): boolean {
    const version = isIP(address);
    return version !== 0 && this.#list.check(address, version === 6 ? 'ipv6' : 'ipv4');
  }

  #add(range: string): boolean {
    const [, address = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(range) ?? [];
    const version = isIP(address);
    const longest = version === 6 ? 128 : 32;
    const prefix = Number(bits ?? longest);
    if (version === 0 || prefix > longest) return false;
    this.#list.addSubnet(address, prefix, version === 6 ? 'ipv6' : 'ipv4');
    return true;
  }
}

export const loopbackRanges = ['127.0.0.0/8', '::1'] as const;
