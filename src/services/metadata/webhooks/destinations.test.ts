import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Destinations } from './destinations.ts';

const closed = new Destinations({ allowHttp: false, allowPrivate: [] });
const open = new Destinations({ allowHttp: true, allowPrivate: [] });
const inside = new Destinations({ allowHttp: false, allowPrivate: ['10.0.0.0/8', 'fd00::/8'] });

const publicAddresses = ['93.184.216.34', '1.1.1.1', '172.32.0.1', '2606:4700::1111', '2a00:1450:4001::1'];

const privateAddresses = [
  ...[
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
  ],
  ...['192.0.0.192', '192.0.2.1', '192.168.1.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '240.0.0.1'],
  ...['255.255.255.255', '::', '::1', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%eth0', 'ff02::1', '2001:db8::1'],
  // These stand for an IPv4 address.
  ...[
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::7f00:1',
    '2002:7f00:1::',
    '2001::1',
  ],
];

describe('Destinations', () => {
  for (const address of publicAddresses)
    it(`permits ${address}, by http only if that is allowed`, () => {
      assert.equal(closed.permit(address, 'https:'), true);
      assert.equal(closed.permit(address, 'http:'), false);
      assert.equal(open.permit(address, 'http:'), true);
      assert.equal(inside.permit(address, 'http:'), false);
    });

  for (const address of privateAddresses)
    it(`refuses ${address}`, () => {
      assert.deepEqual([closed.permit(address, 'https:'), open.permit(address, 'http:')], [false, false]);
    });

  it('permits private addresses that are allowed, by either protocol, and no others', () => {
    for (const address of ['10.1.2.3', 'fd00::1', '::ffff:10.1.2.3'])
      for (const protocol of ['http:', 'https:']) assert.equal(inside.permit(address, protocol), true, address);
    assert.equal(inside.permit('192.168.1.1', 'https:'), false);
  });

  // URL parsers know many ways to write one address.
  for (const host of [
    '127.1',
    '0x7f.1',
    '2130706433',
    '0177.0.0.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '169.254.169.254',
    '0',
  ])
    it(`refuses https://${host}/`, () =>
      assert.throws(() => closed.requireUrl(`https://${host}/`), { reason: 'REQUEST_INVALID' }));

  for (const url of [
    'http://a.example/',
    'ftp://a.example/',
    'https://u@a.example/',
    'https://:p@a.example/',
    'a.example',
    '',
  ])
    it(`refuses ${url || 'nothing'}`, () => assert.throws(() => closed.requireUrl(url), { reason: 'REQUEST_INVALID' }));

  it('takes the URL of a public host as it is, but for its fragment', () =>
    assert.equal(closed.requireUrl('https://A.example:8443/x?y=1#z'), 'https://a.example:8443/x?y=1'));
});
