/** What is read of package.json. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** What is read of package-lock.json. */
export interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
  readonly [field: string]: unknown;
}

export interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: string | readonly string[];
  readonly cpu?: string | readonly string[];
  readonly libc?: string | readonly string[];
  readonly [field: string]: unknown;
}

/** Fields that mean the same in a clone and in the package. */
const kept = [
  'name',
  'version',
  'description',
  'license',
  'type',
  'bin',
  'man',
  'dependencies',
  'optionalDependencies',
];

/** The package.json of the package: without scripts and tools, and with JavaScript where the clone has TypeScript. */
export function packageManifest(manifest: Manifest): Manifest {
  const { name, version } = manifest;
  return {
    ...{ name, version },
    ...Object.fromEntries(kept.map((field) => [field, manifest[field]])),
    keywords: ['upload', 'file-processing', 'file-analysis', 'grpc', 'tus', 'postgresql', 'queue'],
    imports: { '#*.ts': './src/*.js' },
    // bin/filemill.js runs on these, and finds Node 26 beside itself.
    engines: { node: '>=20' },

    files: ['bin', 'src', 'db', 'man', 'proto', 'dashboard/dist', 'docs-site/dist', 'testdata', 'docs', '*.md'],
    bundleDependencies: Object.keys(manifest.dependencies ?? {}),
    publishConfig: { access: 'public', provenance: true },
  };
}
