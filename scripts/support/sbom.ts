import { hash } from 'node:crypto';

interface Locked {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** package-lock.json, version 3: packages by their folders, that of the program being empty. */
export interface Lockfile {
  readonly packages: Readonly<Record<string, Locked>>;
}

/**
 * A CycloneDX 1.6 document of the packages that are shipped: https://cyclonedx.org/docs/1.6/json. It is the same for the
 * same lockfile: it tells no time, and its serial number is a UUIDv8 of the content.
 */
export function sbomOf({ packages }: Lockfile) {
  const shipped = Object.entries(packages).filter(([folder, { dev }]) => folder !== '' && !dev);
  const bom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { ...componentOf('', packages[''] ?? {}), type: 'application' } },
    components: shipped.map(([folder, locked]) => componentOf(folder, locked)),
    dependencies: [['', packages[''] ?? {}] as const, ...shipped].map(([folder, locked]) => ({
      ref: refOf(folder),
      dependsOn: dependenciesOf(packages, folder, locked),
    })),
  };
  return { ...bom, serialNumber: `urn:uuid:${uuidOf(JSON.stringify(bom))}` };
}

function componentOf(folder: string, { version = '', license, integrity, optional, ...locked }: Locked) {
  const name = locked.name ?? folder.replace(/^.*node_modules\//, '');
  const [algorithm, digest] = integrity?.split('-', 2) ?? [];
  return {
    type: 'library',
    'bom-ref': refOf(folder),
    name,
    version,
    scope: optional ? 'optional' : 'required',
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    ...(algorithm === 'sha512' && digest && { hashes: [{ alg: 'SHA-512', content: hexOf(digest) }] }),
    ...(license && { licenses: [/ (AND|OR) /.test(license) ? { expression: license } : { license: { id: license } }] }),
  };
}

/** A version may be there twice, in different folders. */
function refOf(folder: string): string {
  return folder === '' ? '.' : folder;
}

/** As Node finds them: in the folder of the package, or else in those around it. */
function dependenciesOf(packages: Lockfile['packages'], folder: string, locked: Locked): string[] {
  const names = Object.keys({ ...locked.dependencies, ...locked.optionalDependencies });
  return names.flatMap((name) => {
    for (let around = folder; ; around = around.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, '')) {
      const path = around === '' ? `node_modules/${name}` : `${around}/node_modules/${name}`;
      if (path in packages) return [path];
      if (around === '') return [];
    }
  });
}

function hexOf(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex');
}

function uuidOf(content: string): string {
  const hex = hash('sha256', content);
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
