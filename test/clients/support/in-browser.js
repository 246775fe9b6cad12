import { Filemill } from '../../../clients/typescript/dist/index.js';

/** Runs in a page, which is the whole of an application: uploads a File, waits, reads it and its result back. */
globalThis.useClient = async ({ token, content }) => {
  const filemill = new Filemill({ token });
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const told = [];
  const { id } = await filemill.upload(new File([bytes], 'of a page.bin'), {
    pieceBytes: 2 ** 20,
    onProgress: (sent) => told.push(sent),
  });
  const { status, filename } = await filemill.wait(id);
  const { output } = await filemill.result(id);
  let downloaded = 0;
  for await (const { length } of filemill.download(id)) downloaded += length;
  const found = [];
  for await (const file of filemill.files({ name: filename, page_size: 1 })) found.push(file.id === id);
  const codeOf = async (call) => await call.then(String, ({ name, code }) => `${name} ${code}`);
  return {
    told,
    status,
    filename,
    sha256: output.sha256,
    downloaded,
    found,
    path: await codeOf(filemill.upload('/etc/hostname')),
    stranger: await codeOf(new Filemill({ token: 'wrong' }).get(id)),
  };
};
