import { readFile } from 'node:fs/promises';

export const count = async (path) => (await readFile(path, 'utf8')).length;
