import { certain, type Guess, likely, type Page } from './reading.ts';

/** Programs within pages, which begin with a mark of their language or as HTML does. */
export function template({ body, excerpt, extension }: Page): Guess | undefined {
  if (!excerpt.includes('<%') && !excerpt.includes('<?') && !excerpt.includes('<jsp:') && !excerpt.includes('<cf'))
    return undefined;
  if (/^<\?php\b|^<\?(?:=|\s*[\r\n])/i.test(body)) return certain('text/x-php');
  if (/<\?php\s/i.test(excerpt) && body[0] === '<' && !body.startsWith('<?xml')) return likely('text/x-php');
  if (
    /<%@\s*(?:page|control|master|application|webhandler|webservice)\s[^%]{0,400}(?:language\s*=\s*"?(?:c#|vb|cs)|inherits\s*=|codebehind)/i.test(
      excerpt,
    )
  )
    return certain('text/aspdotnet');
  if (/<%@\s*(?:page|taglib|include|tag|attribute)\s|<jsp:\w+/.test(excerpt)) return certain('text/x-jsp');
  if (/^<%@\s*language\s*=\s*"?(?:vbscript|jscript)/i.test(body)) return certain('text/asp');
  if (/^<cf(?:component|set|query|output|if|function|include|param)\b/i.test(body)) return certain('text/x-coldfusion');
  if (excerpt.includes('<%') && body[0] === '<' && ['asp', 'jsp', 'erb', 'rhtml', 'aspx'].includes(extension))
    return certain({ asp: 'text/asp', jsp: 'text/x-jsp', aspx: 'text/aspdotnet' }[extension] ?? 'text/x-erb');
  return undefined;
}
