import type { Mutation } from './mutation.ts';

const test = {
  file: 'src/adapters/postgres/database/roles.test.ts',
  name: "reads that tenant's rows of files alone",
};

/** Callers see their own tenant. That a filter is forgotten changes nothing, so what is broken here is what hides the rest. */
export const tenantMutations: readonly Mutation[] = [
  {
    name: 'tenants-read-as-the-service',
    breaks: 'reading for a tenant as the role that sees its files alone',
    file: 'src/adapters/postgres/database/database.ts',
    edits: [{ search: "{ 'filemill.tenant': tenant, role: tenantRole }", replace: '{}' }],
    test,
  },
  {
    name: 'policy-shows-all',
    breaks: 'hiding the files of other tenants from that role',
    file: 'db/access.sql',
    edits: [{ search: "then 'tenant = current_tenant()'", replace: "then 'true'" }],
    test,
  },
];
