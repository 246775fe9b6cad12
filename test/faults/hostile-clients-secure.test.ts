/** The hostile clients again, on a port that demands a token and speaks TLS. */
process.env.FILEMILL_TEST_SECURE = '1';
await import('./hostile-clients.test.ts');
