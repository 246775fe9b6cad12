import { element, made } from './elements.ts';

/** Lists the sections of a page that has some, and marks the one that is read. */
export function showOutline(): void {
  const headings = [...document.querySelectorAll<HTMLElement>('article h2[id], article h3[id]')];
  if (headings.length < 3 || headings.length > 60) return;
  const outline = element('#outline', HTMLElement);
  const links = headings.map(linkTo);
  const items = document.createElement('ul');
  items.append(...links.map(inItem));
  outline.append(made('strong', 'On this page'), items);
  outline.hidden = false;
  const observer = new IntersectionObserver(() => mark(headings, links), { rootMargin: '-80px 0px -70% 0px' });
  for (const heading of headings) observer.observe(heading);
}

/** The last heading that has passed the top of the window is the section that is read. */
function mark(headings: readonly HTMLElement[], links: readonly HTMLAnchorElement[]): void {
  const at = headings.findLastIndex((heading) => heading.getBoundingClientRect().top < 120);
  for (const [index, link] of links.entries()) link.toggleAttribute('data-here', index === at);
}

function linkTo(heading: HTMLElement): HTMLAnchorElement {
  const text = heading.textContent.replace(/ #$/, '');
  return Object.assign(made('a', text), { href: `#${heading.id}`, className: heading.localName });
}

function inItem(link: HTMLAnchorElement): HTMLLIElement {
  const item = document.createElement('li');
  item.append(link);
  return item;
}
