/** What is done, in a few words, and the line of a shell that does it. */
type Examples = Readonly<Record<string, string>>;

/**
 * What the help of each command, the manual page and docs/cli.md begin with, by the words that name the command; empty for
 * the program itself. A test parses each line.
 */
const examples: Readonly<Record<string, Examples>> = {
  '': {
    'start everything on this machine, and analyse what a folder holds': 'filemill up ~/Documents',
    'upload to a server that runs, and see what was found': 'filemill upload report.pdf --wait',
    'see why files failed': 'filemill list --status FAILED',
  },
  up: {
    'start everything, and serve until Ctrl-C': 'filemill up',
    'start everything in the background': 'filemill up -d',
    'analyse a folder, then stop': 'filemill up ~/Documents --exit',
    'let others in, by TLS and with tokens': 'filemill up --listen 0.0.0.0 --auth --tls',
  },
  status: {
    'what runs on the data of this folder': 'filemill status',
    'for a script': 'filemill status --json || filemill up -d',
  },
  down: {
    'stop what runs on the data of this folder': 'filemill down',
    'without waiting for work in progress': 'filemill down --force',
  },
  logs: {
    'the last lines of every part': 'filemill logs',
    'follow the workers': 'filemill logs -f worker',
    'what PostgreSQL said': 'filemill logs postgres -n 100',
  },
  migrate: {
    'see what is missing': 'FILEMILL_DATABASE_URL=postgres://me@db/files filemill migrate status',
    'apply it': 'FILEMILL_DATABASE_URL=postgres://me@db/files filemill migrate up',
  },
  'migrate up': { 'apply what is missing': 'FILEMILL_DATABASE_URL=postgres://me@db/files filemill migrate up' },
  'migrate status': {
    'see what is missing': 'FILEMILL_DATABASE_URL=postgres://me@db/files filemill migrate status',
  },
  'migrate-data': {
    'carry the data of this folder over': 'filemill migrate-data',
    'with a PostgreSQL 17 of your own': 'filemill migrate-data --old-bin /usr/lib/postgresql/17/bin',
  },
  'migrate-store': {
    'from the volume to S3': 'FILEMILL_STORE=s3://files FILEMILL_STORE_ALSO=volume filemill migrate-store',
    'of `filemill up`, with more files at once': 'filemill migrate-store --data-dir /srv/filemill --jobs 64',
  },
  doctor: {
    'check the server, its parts and this machine': 'filemill doctor',
    'check another server': 'filemill doctor --server https://files.example:50051',
    'verify every small file on a volume, too': 'filemill doctor --storage /var/lib/filemill',
  },
  bench: {
    'measure with 2,000 small files, which are deleted again': 'filemill bench',
    'measure with a few large ones': 'filemill bench --files 20 --size 100MiB --concurrency 4',
  },
  upload: {
    'a folder with all it holds, and what was found in each file': 'filemill upload ~/Documents --wait',
    'for a script: one JSON object a line': 'filemill upload report.pdf --wait --json',
    'what another program prints': 'pg_dump shop | filemill upload - --name shop.sql',
    'so that repeating the command cannot make a second file':
      'filemill upload report.pdf --idempotency-key report-2026-11',
  },
  list: {
    'what happens now': 'filemill list --watch',
    'the largest of today': 'filemill list --since today --sort size:desc --columns size,id,name',
    'why files failed today': 'filemill list --status FAILED --since today',
    'German PDFs that need no password': 'filemill list --type application/pdf --language de --no-encrypted',
  },
  get: {
    'everything known about a file': 'filemill get ID',
    'the same as JSON': 'filemill get ID -o json',
    'the files that failed since yesterday': 'filemill list --status FAILED --since yesterday -q | filemill get -',
  },
  watch: {
    'each change of a file until it has ended': 'filemill watch ID',
    'of all that wait': 'filemill list --status PENDING -q | filemill watch -',
  },
  wait: {
    'until a file has ended': 'filemill wait ID',
    'for five minutes at most': 'filemill wait ID --timeout 5m',
    'until a folder that was uploaded earlier has ended': 'filemill upload ~/Documents -q > ids; filemill wait - < ids',
  },
  download: {
    'into this folder, under the name of the file': 'filemill download ID',
    'under another name': 'filemill download ID --to report.pdf',
    'to another program': 'filemill download ID --to - | head',
    'all images, into a folder': "filemill list --type 'image/*' -q | filemill download - --to images/",
  },
  text: {
    'read a document in the terminal': 'filemill text ID | head -50',
    'keep its text': 'filemill text ID > report.txt',
  },
  export: {
    'all results, for a spreadsheet': 'filemill export --to results.csv',
    'all that was found in PDFs, one JSON object a line':
      'filemill export --format ndjson --type application/pdf --to pdfs.ndjson',
    'into a database': "filemill export | psql shop -c 'copy results from stdin csv header'",
  },
  retry: {
    'one file': 'filemill retry ID',
    'see how many failed today': 'filemill retry --status FAILED --since today',
    'and give all of them another round': 'filemill retry --status FAILED --since today --yes',
    'those that took too long': 'filemill retry --error analyzer_timeout --yes',
  },
  delete: {
    'one file': 'filemill delete ID',
    'see how many a filter would delete': 'filemill delete --type video/mp4 --until 30d',
    'and delete them': 'filemill delete --type video/mp4 --until 30d --yes',
  },
  stats: {
    'what waits, what failed and who works': 'filemill stats',
    'the number of files that wait, for a script': "filemill stats --json | jq '.statuses.PENDING.files'",
  },
  history: {
    'the last day': 'filemill history',
    'a week, hour by hour': 'filemill history --since 7d --step hour',
    'a month, for another program': 'filemill history --since 2026-01-01 --until 2026-02-01 --step day -o ndjson',
  },
  token: {
    'for a program that uploads and reads': 'filemill token create ci --scopes upload,read --expires-in 90d',
    'all tokens, and when each was last used': 'filemill token list',
    'take one back': 'filemill token revoke ID',
  },
  'token create': {
    'for a program that uploads and reads': 'filemill token create ci --scopes upload,read --expires-in 90d',
    'for a reader of one tenant': 'filemill token create reports --tenant red --scopes read --owner data-team',
    'into a file that only you can read': '(umask 077; filemill token create me -q > ~/.filemill-token)',
  },
  'token list': {
    'those that are valid': 'filemill token list',
    'also those that were revoked or have expired': 'filemill token list --tenant red --all',
  },
  'token revoke': {
    'one of them': 'filemill token revoke ID',
    'all those of a tenant': 'filemill token revoke $(filemill token list --tenant red -q)',
  },
  'token mint': {
    "make the operator's own token": 'export FILEMILL_ADMIN_TOKEN=$(filemill token mint)',
    'keep it in a file': '(umask 077; filemill token mint > admin-token)',
  },
  tenant: {
    'what each tenant holds, and may hold': 'filemill tenant list',
    'limit one': 'filemill tenant set red --max-files 100000 --max-bytes 50GiB',
  },
  worker: {
    'the workers that are alive': 'filemill worker list',
    'before its machine is taken away': 'filemill worker drain worker-1',
  },
  'worker list': { 'which of them are DRAINED': 'filemill worker list' },
  'worker drain': { 'before its machine is taken away': 'filemill worker drain worker-1' },
  'worker resume': { 'have it claim files again': 'filemill worker resume worker-1' },
  batch: {
    'begin one': 'filemill upload ~/Invoices --batch invoices-2026',
    'how far an import is': 'filemill batch show invoices-2026',
    'until all of it has ended': 'filemill batch wait invoices-2026',
  },
  'batch list': {
    'the newest batches': 'filemill batch list',
    'their names': 'filemill batch list -q',
  },
  'batch show': { 'how far an import is': 'filemill batch show invoices-2026' },
  'batch priority': { 'an import that may take its time': 'filemill batch priority archive-2026 bulk' },
  'batch wait': { 'for an hour at most': 'filemill batch wait invoices-2026 --timeout 1h' },
  pause: {
    'a file': 'filemill pause ID',
    'a batch, with all that comes into it': 'filemill pause --batch invoices-2026',
    'all that wait': 'filemill pause --status PENDING --yes',
  },
  resume: {
    'a file': 'filemill resume ID',
    'a batch': 'filemill resume --batch invoices-2026',
    'all that are PAUSED': 'filemill resume --status PAUSED --yes',
  },
  cancel: {
    'a file': 'filemill cancel ID',
    'what is left of a batch': 'filemill cancel --batch invoices-2026',
    'what waits since yesterday': 'filemill cancel --status PENDING,PAUSED --until yesterday --yes',
  },
  'tenant list': {
    'what each tenant holds, and may hold': 'filemill tenant list',
    'their names': 'filemill tenant list -q',
  },
  'tenant set': {
    'files and bytes': 'filemill tenant set red --max-files 100000 --max-bytes 50GiB',
    'requests, but no uploads': 'filemill tenant set red --max-requests-per-minute 600 --max-uploads none',
    "the server's own defaults again": 'filemill tenant set red --defaults',
  },
  'tenant pause': { 'hold back all files of a tenant': 'filemill tenant pause red' },
  'tenant resume': { 'let them go on': 'filemill tenant resume red' },
  'tenant cancel': { 'end all that has not ended': 'filemill tenant cancel red' },
  audit: {
    'who did what since yesterday': 'filemill audit --since 1d',
    'the life of one file': 'filemill audit --file ID',
    'what a program did, as a file for another program':
      'filemill audit --actor ci --limit 100000 -o ndjson > ci.ndjson',
  },
  retention: {
    'the rules': 'filemill retention list',
    'results for a year, bytes for a week': 'filemill retention set --keep-files 1y --keep-bytes 7d',
    'what that removes': 'filemill retention preview',
  },
  'retention list': { 'the rules': 'filemill retention list', 'as JSON': 'filemill retention list -o json' },
  'retention set': {
    'results for a year, bytes for a week': 'filemill retention set --keep-files 1y --keep-bytes 7d',
    'what failed, of one tenant': 'filemill retention set --tenant red --status FAILED --keep-files 30d',
    'everything, of another': 'filemill retention set --tenant blue --keep-files none --keep-bytes none',
  },
  'retention remove': {
    'in an hour': 'filemill retention remove ID',
    'at once': 'filemill retention remove ID --now',
  },
  'retention preview': {
    'what each rule removes next': 'filemill retention preview',
    'as JSON': 'filemill retention preview -o json',
  },
  'retention run': {
    'see what rules that wait would remove': 'filemill retention run --dry-run',
    'and let them': 'filemill retention run',
  },
  webhook: {
    'be told of each PDF that was analysed': 'filemill webhook create https://hooks.example/f --type application/pdf',
    'see how receivers do': 'filemill webhook list',
    'send again what was given up': 'filemill webhook replay ID --given-up',
  },
  'webhook create': {
    'be told of everything': 'filemill webhook create https://hooks.example/filemill',
    'of PDFs that were analysed': 'filemill webhook create https://hooks.example/f --type application/pdf',
  },
  'webhook list': { 'how receivers do': 'filemill webhook list', 'their ids': 'filemill webhook list -q' },
  'webhook update': {
    'post somewhere else': 'filemill webhook update ID --url https://new.example/',
    'stop for a while': 'filemill webhook update ID --disable',
  },
  'webhook rotate': { 'a new secret': 'filemill webhook rotate ID' },
  'webhook test': { 'does the receiver answer?': 'filemill webhook test ID' },
  'webhook deliveries': {
    'what a webhook was told': 'filemill webhook deliveries ID',
    'what was given up': 'filemill webhook deliveries ID --state GIVEN_UP',
  },
  'webhook replay': {
    'all that was given up': 'filemill webhook replay ID --given-up',
  },
  'webhook delete': { 'one of them': 'filemill webhook delete ID' },
  context: {
    'keep a server and its token under a name':
      'filemill context add prod https://files.example:50051 --token-stdin < token',
    'use it from now on': 'filemill context use prod',
    'or once': 'filemill list --context prod',
    'see what is in use, and why': 'filemill context list',
  },
  'context add': {
    'a server, and the token for it': 'filemill context add prod https://files.example:50051 --token-stdin < token',
    'a token that another program renews in its file':
      'filemill context add ci files:50051 --token-file ~/.secrets/filemill',
    'a server with a CA of your own': 'filemill context add lab https://lab:50051 --tls-ca lab.pem --use',
  },
  'context use': { 'from now on': 'filemill context use prod' },
  'context list': { 'all, and what is in use': 'filemill context list', 'their names': 'filemill context list -q' },
  'context remove': { 'one of them': 'filemill context remove prod' },
  docs: {
    'open the guide': 'filemill docs',
    'open one of its pages': 'filemill docs security',
  },
  mcp: {
    'files and results of the server of this machine': 'filemill mcp',
    'those of another, and uploads from one folder': 'filemill mcp --context prod --root ~/Documents',
  },
  completion: {
    'in this shell': 'source <(filemill completion bash)',
    'for good, in bash': 'filemill completion bash >> ~/.bashrc',
    'for good, in zsh': 'filemill completion zsh > ~/.zfunc/_filemill',
    'for good, in fish': 'filemill completion fish > ~/.config/fish/completions/filemill.fish',
  },
};

/** @param path the words that name the command: `token create` */
export function examplesOf(path: string): Examples {
  return examples[path] ?? {};
}
