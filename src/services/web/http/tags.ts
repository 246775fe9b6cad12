interface Tag {
  readonly description: string;
  /** What stands in the paths of its operations. */
  readonly path?: Readonly<Record<string, PathParameter>>;
}

interface PathParameter {
  readonly description: string;
  readonly example: string;
}

const fileId = { description: 'The id of the file.', example: '019aaf00-0000-7000-8000-000000000000' };

/** The groups of operations, in the order in which documents show them. */
export const tags = {
  Uploads: {
    description: 'Sending files: one per request, many in a form, or one in several requests by tus 1.0.',
    path: {
      id: { description: 'The id of the upload: the last part of its URL.', example: fileId.example },
      name: { description: 'The name of the file, percent-encoded.', example: 'report.pdf' },
    },
  },
  Files: { description: 'The files that were kept, and what became of them.', path: { id: fileId } },
  Results: { description: 'What the analysis found.', path: { id: fileId } },
  Webhooks: {
    description: 'URLs that are told when a file ends.',
    path: { id: { description: 'The id of the webhook.', example: '019aaf00-0000-7000-8000-0000000000aa' } },
  },
  Retention: {
    description: 'How long files are kept after they have ended.',
    path: { id: { description: 'The id of the rule.', example: '019aaf00-0000-7000-8000-0000000000bb' } },
  },
  Batches: {
    description: 'Named sets of files that were uploaded together.',
    path: { name: { description: 'The name of the batch, percent-encoded.', example: 'invoices-2026-11' } },
  },
  Workers: {
    description: 'The processes that analyse files.',
    path: { name: { description: 'The name of the worker, percent-encoded.', example: 'worker-1' } },
  },
  System: { description: 'How the server is doing.' },
  Access: { description: 'Who the caller is, and sessions of the page.' },
  Tokens: { description: 'Credentials of programs. Needs the scope `admin`.' },
  Tenants: {
    description: 'How much each tenant stores, and how much it may. Needs the scope `admin`.',
    path: { name: { description: 'The name of the tenant.', example: 'default' } },
  },
  Audit: { description: 'Who did what. Needs the scope `admin`.' },
} as const satisfies Readonly<Record<string, Tag>>;

export type TagName = keyof typeof tags;

/** @throws Error when nobody described the parameter */
export function pathParameterOf(tag: TagName, name: string): PathParameter {
  const { path = {} }: Tag = tags[tag];
  const found = path[name];
  if (found === undefined) throw new Error(`The tag ${tag} does not describe the path parameter ${name}`);
  return found;
}
