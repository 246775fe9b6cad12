import { DataDir } from './data-dir.ts';
import { stopLeftoverPostgres } from './postgres/embedded-postgres.ts';
import { ChildRegister } from './processes/child-register.ts';
import { stopLeftoverRedis } from './redis/private-redis.ts';

/** Ends what a killed `filemill up` left running on the folder. @throws SetupError when another `filemill up` holds it */
export async function stopLeftovers(dataDir: string, log: (line: string) => void): Promise<void> {
  await using folder = await DataDir.open(dataDir);
  await new ChildRegister(folder.within('children.json')).stopLeftovers(log);
  await stopLeftoverRedis(folder.within('redis'), log);
  await stopLeftoverPostgres(folder.within('postgres'), log);
}
