/** What something between a client and the server means by the HTTP status that it answers in the server's place. */
export function reasonOfProxyAnswer(status: number): 'PROXY_LIMIT' | 'PROXY_REFUSED' | 'PROXY_UNAVAILABLE' {
  if (status === 413) return 'PROXY_LIMIT';
  return status >= 500 || [408, 425, 429].includes(status) ? 'PROXY_UNAVAILABLE' : 'PROXY_REFUSED';
}
