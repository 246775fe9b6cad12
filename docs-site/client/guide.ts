import { offerCopies } from './copy.ts';
import { showOutline } from './outline.ts';
import { offerSearch } from './search.ts';
import { offerThemes } from './themes.ts';

const root = (document.currentScript as HTMLScriptElement).dataset.root ?? '';

offerSearch(root);
offerThemes();
offerCopies();
showOutline();
