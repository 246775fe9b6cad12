/** In the place of what is on its way, in about its shape. */
export function Loading({ text = 'Loading…', lines = 4 }: { readonly text?: string; readonly lines?: number }) {
  return (
    <div class="skeleton" role="status">
      <span class="quiet">{text}</span>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} aria-hidden="true" />
      ))}
    </div>
  );
}
