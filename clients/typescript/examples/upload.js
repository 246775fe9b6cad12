import { Filemill } from '@filemill/client';

const filemill = new Filemill(); // { url: 'https://files.example', token: '…' }, or FILEMILL_URL and FILEMILL_TOKEN

for (const path of process.argv.slice(2)) {
  const { id } = await filemill.upload(path);
  const file = await filemill.wait(id);
  if (file.status === 'FAILED') throw new Error(`${path}: ${file.error?.message}`);
  const { output } = await filemill.result(id);
  console.log(path, output.mime_type, output.word_count, output.sha256);
}
