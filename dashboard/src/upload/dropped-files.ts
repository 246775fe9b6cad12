export interface ChosenFile {
  readonly file: File;
  /** Relative to the chosen folder; for people only. */
  readonly path: string;
}

/** What was chosen at one time, as it is found: the browser has to be asked for each file, which takes a while. */
export type Portions = Iterable<readonly ChosenFile[]> | AsyncIterable<readonly ChosenFile[]>;

export function chosenFiles(list: FileList | null): ChosenFile[] {
  return [...(list ?? [])].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
}

/** Finds the files that were dropped or pasted, and those of folders, in their order. */
export function transferredFiles(transfer: DataTransfer): Portions {
  const found = itemsOf(transfer);
  return found.length === 0 ? [chosenFiles(transfer.files)] : filesOf(found);
}

type Found = File | FileSystemEntry;

/** Items must be read before the first await, because the browser discards them then. */
function itemsOf(transfer: DataTransfer): Found[] {
  return [...transfer.items].flatMap((item): Found[] => {
    const entry = item.webkitGetAsEntry();
    if (entry === null) return [];
    // An item has its file at hand, for which the browser would have to be asked by the entry.
    return [(isFile(entry) && item.getAsFile()) || entry];
  });
}

const atOnce = 100;

async function* filesOf(all: readonly Found[]): AsyncGenerator<readonly ChosenFile[]> {
  for (let at = 0; at < all.length; at += atOnce) {
    const some = all.slice(at, at + atOnce);
    yield await Promise.all(some.filter((found) => !isFolder(found)).map(chosen));
    // The page answers the user before it goes on.
    await new Promise((resolve) => setTimeout(resolve));
    for (const folder of some.filter(isFolder)) yield* filesOf(await childrenOf(folder));
  }
}

async function chosen(found: File | FileSystemEntry): Promise<ChosenFile> {
  if (found instanceof File) return { file: found, path: found.name };
  const file = await new Promise<File>((resolve, reject) => (found as FileSystemFileEntry).file(resolve, reject));
  return { file, path: found.fullPath.replace(/^\//, '') };
}

// Chromium does not define these classes: `instanceof` would throw.
function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(found: Found): found is FileSystemDirectoryEntry {
  return 'isDirectory' in found && found.isDirectory;
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
