/** Answers the messages of a webhook with 204, and counts them by their ids for its parent, which asks by a message. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const ids = new Set<string>();
let messages = 0;

const server = createServer((request, response) => {
  messages += 1;
  ids.add(String(request.headers['webhook-id']));
  request.resume();
  request.on('end', () => response.writeHead(204).end());
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ messages, ids: ids.size, cpuMs: (user + system) / 1_000 });
});
