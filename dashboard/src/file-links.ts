import { type FileFilter, type FileView, viewParameters } from './file-filter.ts';
import { hrefOf } from './router.ts';

/** The address of the same list with other choices, from its first page on. */
export function hrefWith(view: FileView, change: Partial<FileFilter>): string {
  return hrefOf('files', viewParameters({ ...view, filter: { ...view.filter, ...change } }));
}
