/**
 * How a connection is protected. `LOCAL` does not leave the machine; `UNVERIFIED` is encrypted towards whoever answers, and so
 * protects from nobody in between.
 */
export type Link = 'LOCAL' | 'CLEAR_TEXT' | 'UNVERIFIED' | 'TLS';
