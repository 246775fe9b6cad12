import pg from 'pg';
import { connectTo } from './connect.ts';
import { createRoles, serviceRoles } from './roles.ts';

/**
 * Creates the role and the database that `databaseUrl` names, and the roles of the services, as the superuser of `adminUrl`.
 * May be repeated: an existing role gets the password of its URL.
 *
 * @param serviceUrls those by which services connect: as roles of their own, or as that of `databaseUrl`
 */
export async function prepareDatabase(
  adminUrl: string,
  databaseUrl: string,
  serviceUrls: readonly string[] = [],
): Promise<void> {
  const { role, password, database } = partsOf(databaseUrl);
  await using connection = await connectTo(adminUrl);
  const { client } = connection;
  const { rows } = await client.query<{ role: boolean; database: boolean }>(
    `select exists (select from pg_roles where rolname = $1) as role,
            exists (select from pg_database where datname = $2) as database`,
    [role, database],
  );
  // Utility statements take no parameters.
  const [name, secret] = [pg.escapeIdentifier(role), pg.escapeLiteral(password)];
  await client.query(`${rows[0]?.role ? 'alter' : 'create'} role ${name} login password ${secret}`);
  if (!rows[0]?.database) await client.query(`create database ${pg.escapeIdentifier(database)} owner ${name}`);
  await createRoles(client, role);
  const services = serviceUrls.map(partsOf).filter((service) => service.role !== role);
  for (const service of services) await letLogIn(client, service);
}

async function letLogIn(client: pg.Client, { role, password }: Login): Promise<void> {
  if (!serviceRoles.some((one) => one === role))
    throw new Error(`The URL of a service must name the role of FILEMILL_DATABASE_URL, ${serviceRoles.join(' or ')}`);
  await client.query(`alter role ${pg.escapeIdentifier(role)} login password ${pg.escapeLiteral(password)}`);
}

interface Login {
  readonly role: string;
  readonly password: string;
}

function partsOf(databaseUrl: string): Login & { readonly database: string } {
  const { username, password, pathname } = new URL(databaseUrl);
  const [role, database] = [decodeURIComponent(username), decodeURIComponent(pathname.slice(1))];
  if (!role || !password || !database) throw new Error('The URL of the database must name role, password and database');
  return { role, password: decodeURIComponent(password), database };
}
