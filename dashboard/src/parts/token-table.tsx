import type { TokenJson } from '#contract/schemas.ts';
import { day } from '../format.ts';
import { TableHead } from './table-head.tsx';

interface TokenTableProps {
  readonly tokens: readonly TokenJson[];
  readonly onRevoke: (token: TokenJson) => void;
}

export function TokenTable({ tokens, onRevoke }: TokenTableProps) {
  return (
    <table class="stacked">
      <caption>Tokens, newest first</caption>
      <TableHead titles={['Name', 'Owner', 'Tenant', 'Scopes', 'Expires', 'Last used', 'Action']} />
      <tbody>
        {tokens.map((token) => (
          <TokenRow key={token.id} token={token} onRevoke={() => onRevoke(token)} />
        ))}
      </tbody>
    </table>
  );
}

function TokenRow({ token, onRevoke }: { readonly token: TokenJson; readonly onRevoke: () => void }) {
  const isOver = token.expires_at !== null && Date.parse(token.expires_at) <= Date.now();
  return (
    <tr>
      <th scope="row" class="name">
        <bdi>{token.name}</bdi>
        <small>{token.id}</small>
      </th>
      <td class="long" data-title="Owner">
        <bdi>{token.owner || '–'}</bdi>
      </td>
      <td class="long" data-title="Tenant">
        {token.tenant}
      </td>
      <td data-title="Scopes">{token.scopes.join(', ')}</td>
      <td class="whole" data-title="Expires">
        {token.expires_at === null ? 'never' : day(token.expires_at)}
      </td>
      <td class="whole" data-title="Last used">
        {token.last_used_at === null ? 'never' : day(token.last_used_at)}
      </td>
      <td>
        {token.revoked_at !== null && `Revoked ${day(token.revoked_at)}`}
        {token.revoked_at === null && isOver && 'Expired'}
        {token.revoked_at === null && !isOver && (
          <button type="button" class="danger" onClick={onRevoke} aria-label={`Revoke ${token.name}…`}>
            Revoke…
          </button>
        )}
      </td>
    </tr>
  );
}
