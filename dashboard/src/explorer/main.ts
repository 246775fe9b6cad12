import 'swagger-ui-dist/swagger-ui.css';
import bundle from 'swagger-ui-dist/swagger-ui-bundle.js?url';
import './explorer.css';

/** The part of Swagger UI's settings and requests that is used here. */
type Explorer = (settings: Readonly<Record<string, unknown>>) => unknown;
interface SentRequest {
  readonly headers: Record<string, string>;
}

declare global {
  interface Window {
    SwaggerUIBundle?: Explorer;
  }
}

const dark = matchMedia('(prefers-color-scheme: dark)');
followTheme();
dark.addEventListener('change', followTheme);
new MutationObserver(nameSelects).observe(document.body, { childList: true, subtree: true });
const script = document.createElement('script');
script.src = bundle;
script.addEventListener('load', () => window.SwaggerUIBundle?.(settings));
document.head.append(script);

/** Relative addresses, so that the page works below the path of a proxy. */
const settings = {
  url: './api/v1/openapi.json',
  dom_id: '#explorer',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  filter: true,
  // Otherwise a foreign host would be asked what it thinks of the document.
  validatorUrl: null,
  requestInterceptor: withPageHeader,
};

/**
 * A token that was entered under "Authorize" is sent as it is. Without one, the browser sends the session of the page, and
 * the server accepts a change by it only with this header.
 */
function withPageHeader(request: SentRequest): SentRequest {
  const isByToken = Object.keys(request.headers).some((name) => name.toLowerCase() === 'authorization');
  if (!isByToken) request.headers['x-filemill-page'] = '1';
  return request;
}

/** Swagger UI gives its lists no name, so that a screen reader has none to read out. */
function nameSelects(): void {
  for (const list of document.querySelectorAll('select:not([aria-label])'))
    list.setAttribute('aria-label', list.closest('[data-param-name]')?.getAttribute('data-param-name') ?? 'Server');
}

/** The choice that was made on the dashboard, or that of the browser. */
function followTheme(): void {
  let chosen: string | null = null;
  try {
    chosen = localStorage.getItem('filemill-theme');
  } catch {
    // Without storage, the browser decides.
  }
  const isDark = chosen === 'dark' || (chosen !== 'light' && dark.matches);
  document.documentElement.classList.toggle('dark-mode', isDark);
  document.documentElement.style.colorScheme = isDark ? 'dark' : 'light';
}
