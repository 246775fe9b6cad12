export interface ChosenFile {
  readonly file: File;
  /** Relative to the chosen folder; for people only. */
  readonly path: string;
}

export function chosenFiles(list: FileList | null): ChosenFile[] {
  return [...(list ?? [])].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
}

/** Collects files that were dropped or pasted, and the contents of folders. */
export async function transferredFiles(transfer: DataTransfer): Promise<ChosenFile[]> {
  // Entries must be read before the first await, because the browser discards them then.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return chosenFiles(transfer.files);
  const found: ChosenFile[] = [];
  for (const entry of entries) for await (const file of walk(entry)) found.push(file);
  return found;
}

async function* walk(entry: FileSystemEntry): AsyncGenerator<ChosenFile> {
  const path = entry.fullPath.replace(/^\//, '');
  if (isFile(entry)) yield { file: await new Promise<File>((resolve, reject) => entry.file(resolve, reject)), path };
  if (isFolder(entry)) for (const child of await childrenOf(entry)) yield* walk(child);
}

// Chromium does not define these classes: `instanceof` would throw.
function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

/** A reader yields entries in batches, the last of which is empty. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    const portion = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (portion.length === 0) return children;
    children.push(...portion);
  }
}
