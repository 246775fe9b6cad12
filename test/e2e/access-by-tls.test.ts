/** The same table over TLS. */
process.env.FILEMILL_TEST_SECURE = '1';
await import('./access.test.ts');
