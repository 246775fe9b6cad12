/** The reason for an HTTP status that a proxy answers in place of the server. */
export function reasonOfProxyAnswer(status: number): 'PROXY_LIMIT' | 'PROXY_REFUSED' | 'PROXY_UNAVAILABLE' {
  if (status === 413) return 'PROXY_LIMIT';
  return status >= 500 || [408, 425, 429].includes(status) ? 'PROXY_UNAVAILABLE' : 'PROXY_REFUSED';
}
