import { ZipArchive as Archive, type ZipArchive } from '../../containers/zip.ts';
import { entryOf } from '../entry-of.ts';
import { isKnown } from '../types.ts';
import type { BinarySample } from './binary-sample.ts';
import { latin1 } from './bytes.ts';
import { type Answer, among, type Detector } from './detector.ts';
import { iWorkType } from './iwork.ts';
import { openPackageType } from './open-packages.ts';

const zipArchive = 'application/zip';

export const zipArchives: readonly Detector[] = among(
  ['PK\x03\x04', 'PK\x05\x06', 'PK\x07\x08PK\x03\x04', 'PK00PK\x03\x04'],
  identify,
  { detectedBy: 'container' },
);

/** Entries beyond these decide nothing. */
const maxEntries = 4_096;
const maxBeginning = 2 ** 18;
/** An entry that expands to more is not looked at. */
const maxFile = 2 ** 24;

/** A file within an archive, by name and content. */
export interface Contents {
  /** As written, but with slashes in place of backslashes. */
  readonly names: readonly string[];
  /** The first bytes of an entry, as characters of ISO 8859-1; empty if it is absent, damaged or too large. */
  text(name: string): Promise<string>;
}

async function identify(sample: BinarySample): Promise<string> {
  try {
    const contents = contentsOf(await Archive.open(sample.blob, maxEntries));
    return (
      (await declaredType(contents)) ??
      (await openPackageType(contents)) ??
      (await iWorkType(contents)) ??
      (await byNames(contents)) ??
      (await openDocumentType(contents)) ??
      entryOf(extensions, sample.extension) ??
      zipArchive
    );
  } catch {
    return declaredAtStart(sample) ?? zipArchive;
  }
}

function contentsOf(archive: ZipArchive): Contents {
  const entries = new Map(archive.entries.map((entry) => [entry.name.replaceAll('\\', '/').toLowerCase(), entry]));
  return {
    names: archive.entries.map(({ name }) => name.replaceAll('\\', '/')),
    async text(name) {
      const entry = entries.get(name.toLowerCase());
      if (entry === undefined) return '';
      try {
        return await beginningOf(archive.chunks(entry, maxFile));
      } catch {
        return '';
      }
    },
  };
}

async function beginningOf(chunks: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) {
    text += chunk.subarray(0, maxBeginning - text.length).toString('latin1');
    if (text.length === maxBeginning) break;
  }
  return text;
}

/** OpenDocument, EPUB and others have a first entry that names the type. */
async function declaredType({ text }: Contents): Promise<Answer> {
  return known((await text('mimetype')).trim());
}

/** The same for an archive that is damaged behind the first entry, which is stored as it is. */
function declaredAtStart({ head }: BinarySample): Answer {
  if (latin1(head, 26, 2) !== '\x08\0' || latin1(head, 30, 8) !== 'mimetype') return undefined;
  const from = 38 + head.readUInt16LE(28);
  return known(/^[a-z]+\/[\w.+-]+?(?=PK|$)/.exec(latin1(head, from, 100))?.[0] ?? '');
}

/** A declared type if there is one of that name. What is damaged declares nothing. */
function known(declared: string): Answer {
  if (/corel\.(?:zcf\.)?draw/.test(declared)) return 'application/vnd.corel-draw';
  const mime = declared
    .replace('/x-vnd.oasis.', '/vnd.oasis.')
    .replace(/^application\/x-(kword|kspread|kpresenter|kivio|karbon)$/, 'application/vnd.kde.$1');
  return isKnown(mime) ? mime : undefined;
}

/** An OpenDocument without a first entry that says so: its manifest has the type of the whole. */
async function openDocumentType({ text }: Contents): Promise<Answer> {
  const manifest = await text('META-INF/manifest.xml');
  const root = /<[^<>]*full-path="\/"[^<>]*>/.exec(manifest)?.[0];
  return known(/media-type="([^"]*)"/.exec(root ?? '')?.[1] ?? '');
}

/** Formats by names that they must have. The first that fits counts. */
const nameRules: readonly (readonly [mime: string, ...patterns: RegExp[]])[] = [
  ['application/vnd.android.package-archive', /^AndroidManifest\.xml$/, /^(?:classes\d*\.dex|resources\.arsc)$/],
  ['application/vnd.google-earth.kmz', /^[^/]+\.kml$/i],
  ['application/x-silverlight-app', /^AppManifest\.xaml$/i],
  ['application/x-itunes-ipa', /^Payload\/[^/]+\.app\//],
  ['application/appx', /^AppxManifest\.xml$/i],
  ['application/appxbundle', /^AppxMetadata\/AppxBundleManifest\.xml$/i],
  ['application/vsix', /^extension\.vsixmanifest$/],
  ['application/x-xpinstall', /^(?:install\.rdf|META-INF\/mozilla\.rsa)$/],
  ['application/java-archive', /^(?:META-INF\/MANIFEST\.MF|WEB-INF\/web\.xml)$/i],
  ['application/java-archive', /\.class$/],
  ['application/x-wheel+zip', /\.dist-info\/WHEEL$/],
  [
    'application/x-xmind',
    /^content\.(?:xml|json)$/,
    /^(?:META-INF\/manifest\.xml|manifest\.json)$/,
    /^(?:styles\.xml|metadata\.json)$/,
    /^Revisions\//,
  ],
  ['application/vnd.geogebra.file', /^geogebra\.xml$/],
  ['application/x-extension-fcstd', /^Document\.xml$/, /^GuiDocument\.xml$/],
  ['application/x-sketch', /^document\.json$/, /^meta\.json$/, /^pages\//],
  ['application/x-zip-compressed-fb2', /^[^/]+\.fb2$/i],
];

async function byNames({ names, text }: Contents): Promise<Answer> {
  const container = await text('META-INF/container.xml');
  if (container.includes('application/oebps-package+xml')) return 'application/epub+zip';
  if (container.includes('<rootfile') && names.some((name) => /\.(?:musicxml|xml)$/i.test(name)))
    return 'application/vnd.recordare.musicxml';
  if (names.length > 0 && names.every((name) => name.endsWith('.npy'))) return 'application/x-npz';
  if (/\.usd[ac]?$/i.test(names[0] ?? '')) return 'model/vnd.usdz+zip';
  return nameRules.find(([, ...patterns]) =>
    patterns.every((pattern) => names.some((name) => pattern.test(name))),
  )?.[0];
}

/** Archives whose entries may be anything. */
const extensions: Readonly<Record<string, string>> = {
  cbz: 'application/vnd.comicbook+zip',
  jar: 'application/java-archive',
  war: 'application/java-archive',
  ear: 'application/java-archive',
  wmz: 'application/x-ms-wmz',
  kra: 'application/x-krita',
  oxt: 'application/vnd.openofficeorg.extension',
};
