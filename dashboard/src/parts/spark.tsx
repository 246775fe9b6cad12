const [width, height] = [168, 28];

/** A small picture of how often something happened: bars of a few hours each, without axes. */
export function Spark({ values, title }: { readonly values: readonly number[]; readonly title: string }) {
  const bars = 56;
  const each = Math.max(1, Math.ceil(values.length / bars));
  const sums = Array.from({ length: Math.ceil(values.length / each) }, (_, n) =>
    values.slice(n * each, (n + 1) * each).reduce((sum, value) => sum + value, 0),
  );
  const top = Math.max(1, ...sums);
  return (
    <svg class="spark" width={width} height={height} role="img" aria-label={title}>
      {sums.map((sum, n) => {
        const tall = sum === 0 ? 1 : Math.max(3, (sum / top) * height);
        const key = `${n}`;
        return <rect key={key} class={sum === 0 ? 'none' : ''} x={n * 3} y={height - tall} width={2} height={tall} />;
      })}
    </svg>
  );
}
