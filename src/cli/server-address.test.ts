import assert from 'node:assert/strict';
import { it } from 'node:test';
import { serverAddress } from './options.ts';

it('takes what gRPC can reach', () => {
  const good = ['127.0.0.1:50051', 'localhost:1', 'files.example.org:65535', '[::1]:50051', '[fe80::1%eth0]:50051'];
  const named = ['dns:files:50051', 'dns:///files:50051', 'dns://9.9.9.9/files:50051', 'ipv4:127.0.0.1:50051'];
  for (const text of [
    ...good,
    ...named,
    'unix:/run/filemill',
    'unix:relative',
    'unix:///run/filemill',
    'unix-abstract:filemill',
  ])
    assert.equal(serverAddress(text), text);
  assert.equal(serverAddress(''), '127.0.0.1:50051');
  assert.equal(serverAddress('https://files.example.org:50051/'), 'https://files.example.org:50051');
  assert.equal(serverAddress('https://files.example.org'), 'https://files.example.org:443');
  assert.equal(serverAddress('https://[::1]:50051'), 'https://[::1]:50051');
});

it('refuses what is no address, with an example', () => {
  const wrong = [
    'localhost',
    '127.0.0.1',
    ':50051',
    'host:',
    'host:grpc',
    'host:0',
    'host:65536',
    'a b:50051',
    '::1:50051',
  ];
  for (const text of [...wrong, 'unix:', '[::1]', 'me@host:50051', 'host:50051/path', 'host:1:2'])
    assert.throws(
      () => serverAddress(text),
      /for example 127\.0\.0\.1:50051, https:\/\/HOST:PORT for TLS, or unix:\/PATH\.$/,
      text,
    );
  assert.throws(() => serverAddress('http://127.0.0.1:8080'), /Leave out http:\/\/ for clear text/);
  for (const text of ['https://', 'https://host/path', 'https://user@host', 'https://host:x'])
    assert.throws(() => serverAddress(text), /https:\/\/HOST:PORT for TLS/, text);
});
