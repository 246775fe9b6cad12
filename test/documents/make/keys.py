"""Certificates and their kin by openssl, signatures and keys by gpg. Private keys in text are made by the test itself."""
import os

from corpus import WORK, add, run, scratch, text


def make():
    at = lambda name: WORK / name
    run('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', at('key.pem'), '-out', at('cert.pem'), '-days', '36500', '-subj', '/CN=mill.example',
        '-addext', 'extendedKeyUsage=critical,timeStamping')
    def der(name, mime, *command, **facts):
        run('openssl', command[0], '-out', at(name), *command[1:])
        add(f'keys/{name}', at(name).read_bytes(), mime, **facts)
    def pem(name, mime, *command):
        run('openssl', command[0], '-out', at(name), *command[1:])
        text(f'keys/{name}', at(name).read_bytes(), mime, nameless=True)
    run('openssl', 'pkcs8', '-topk8', '-nocrypt', '-in', at('key.pem'), '-outform', 'DER', '-out', at('key.p8'))
    x509 = 'application/pkix-cert'
    der('mill.cer', x509, 'x509', '-in', at('cert.pem'), '-outform', 'DER')
    pem('mill.pem', 'application/x-x509-ca-cert', 'x509', '-in', at('cert.pem'))
    der('mill.p12', 'application/x-pkcs12', 'pkcs12', '-export', '-in', at('cert.pem'), '-inkey', at('key.pem'), '-passout', 'pass:secret')
    der('mill.p7b', 'application/x-pkcs7-certificates', 'crl2pkcs7', '-nocrl', '-certfile', at('cert.pem'), '-outform', 'DER')
    pem('mill-pem.p7b', 'application/pkcs7-mime', 'crl2pkcs7', '-nocrl', '-certfile', at('cert.pem'))
    message = scratch('message.txt', 'The gate is open.\n')
    der('mill.p7s', 'application/pkcs7-signature', 'smime', '-sign', '-binary', '-in', message, '-signer', at('cert.pem'), '-inkey', at('key.pem'), '-outform', 'DER', '-noattr')
    der('mill.p7m', 'application/pkcs7-mime', 'smime', '-encrypt', '-binary', '-aes256', '-in', message, '-outform', 'DER', at('cert.pem'))
    der('mill.csr', 'application/pkcs10', 'req', '-new', '-key', at('key.pem'), '-subj', '/CN=mill.example', '-outform', 'DER')
    pem('mill-pem.csr', 'application/pkcs10', 'req', '-new', '-key', at('key.pem'), '-subj', '/CN=mill.example')
    pem('public.pem', 'application/x-pem-key', 'pkey', '-in', at('key.pem'), '-pubout')
    scratch('index.txt', '')
    scratch('crlnumber', '01\n')
    config = scratch('ca.cnf', f'[ca]\ndefault_ca=own\n[own]\ndatabase={WORK}/index.txt\ncrlnumber={WORK}/crlnumber\ndefault_md=sha256\ndefault_crl_days=3650\n'
                               f'[tsa]\ndefault_tsa=own_tsa\n[own_tsa]\nserial={WORK}/tsaserial\ndefault_policy=1.2.3.4\ndigests=sha256\nsigner_digest=sha256\nsigner_cert={WORK}/cert.pem\nsigner_key={WORK}/key.pem\n')
    run('openssl', 'ca', '-config', config, '-gencrl', '-keyfile', at('key.pem'), '-cert', at('cert.pem'), '-out', at('crl.pem'))
    der('mill.crl', 'application/pkix-crl', 'crl', '-in', at('crl.pem'), '-outform', 'DER')
    der('mill.tsq', 'application/timestamp-query', 'ts', '-query', '-data', message, '-sha256')
    der('mill.tsr', 'application/timestamp-reply', 'ts', '-reply', '-queryfile', at('mill.tsq'), '-config', config, '-section', 'own_tsa')
    home = WORK / 'gnupg'
    home.mkdir(mode=0o700, exist_ok=True)
    gpg = lambda *command: run('gpg', '--batch', '--yes', '--quiet', '--homedir', home, '--pinentry-mode', 'loopback', '--passphrase', '', *command, env={**os.environ})
    gpg('--quick-gen-key', 'Ada Miller <ada@mill.example>', 'ed25519', 'sign', 'never')
    for name, mime, command in [
        ('ada.gpg', 'application/pgp-keys', ['--export']), ('ada.asc', 'application/pgp-keys', ['--armor', '--export']),
        ('message.sig', 'application/pgp-signature', ['--detach-sign', message]), ('message.asc', 'application/pgp-signature', ['--armor', '--detach-sign', message]),
        ('message.txt.gpg', 'application/pgp-encrypted', ['--symmetric', '--passphrase', 'secret', message]),
        ('message.txt.asc', 'application/pgp-encrypted', ['--armor', '--symmetric', '--passphrase', 'secret', message]),
    ]:
        gpg('--output', at(f'gpg-{name}'), *command)
        data = at(f'gpg-{name}').read_bytes()
        if name.endswith('.asc'):
            text(f'keys/{name}', data, mime, nameless=True)
        else:
            add(f'keys/{name}', data, mime)
    run('gpgconf', '--homedir', home, '--kill', 'all')
    run('keytool', '-genkeypair', '-keyalg', 'RSA', '-storetype', 'JKS', '-keystore', at('mill.jks'), '-storepass', 'secretive', '-keypass', 'secretive', '-dname', 'CN=mill', '-alias', 'mill')
    add('keys/mill.jks', at('mill.jks').read_bytes(), 'application/x-java-keystore')
    run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'ada@mill.example', '-f', at('ssh'))
    text('keys/ssh.pub', at('ssh.pub').read_bytes(), 'application/x-ssh-key', nameless=True)
