import { certain, type Guess, type Page } from './reading.ts';

const torrent = 'application/x-bittorrent';

/**
 * Whether this is the metadata of a torrent: a bencoded dictionary (BEP 3), whose keys are sorted, with `info` or `announce`
 * among the first. The hashes in it make most of them binary.
 *
 * @param head one character for each byte
 */
function isTorrent(head: string): boolean {
  if (!/^d\d{1,3}:/.test(head)) return false;
  if (/^d(?:8:announce\d|13:announce-listl|4:infod|9:publisher)/.test(head)) return true;
  const known =
    /^d(?:(?:7:comment|10:created by|8:encoding|6:locale|5:nodes|7:azureus|9:httpseeds|8:url-list|4:attr)(?:\d|l|i|d))/;
  return (
    known.test(head) && /(?:4:infod|13:creation datei\d|4:name\d{1,4}:|12:piece lengthi\d)/.test(head.slice(0, 65_536))
  );
}

export function textTorrent({ text }: Page): Guess | undefined {
  return text[0] === 'd' && isTorrent(text) ? certain(torrent) : undefined;
}
