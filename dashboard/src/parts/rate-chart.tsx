import { rate } from '../format.ts';
import { type RateSample, rates } from '../live/rates.ts';

const width = 600;
const height = 120;

/** Shows the last two minutes as a chart, and as a table for screen readers. */
export function RateChart() {
  const samples = rates.value;
  const top = Math.max(1, ...samples.flatMap((sample) => [sample.in, sample.out]));
  return (
    <figure class="chart">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Files in and out, at most ${rate(top)}`}
      >
        <polyline class="line-in" points={points(samples, 'in', top)} />
        <polyline class="line-out" points={points(samples, 'out', top)} />
      </svg>
      <figcaption>
        Two minutes, up to {rate(top)}: <span class="key-in">in (solid)</span>,{' '}
        <span class="key-out">out (dashed)</span>
      </figcaption>
      <details>
        <summary>As a table</summary>
        <RateTable samples={samples.slice(-30).reverse()} />
      </details>
    </figure>
  );
}

function RateTable({ samples }: { readonly samples: readonly RateSample[] }) {
  const now = samples[0]?.at ?? 0;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Seconds ago</th>
          <th scope="col">In</th>
          <th scope="col">Out</th>
        </tr>
      </thead>
      <tbody>
        {samples.map((sample) => (
          <tr key={sample.at}>
            <td>{Math.round((now - sample.at) / 1_000)}</td>
            <td>{rate(sample.in)}</td>
            <td>{rate(sample.out)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Puts the newest sample at the right edge; the width is two minutes. */
function points(samples: readonly RateSample[], kind: 'in' | 'out', top: number): string {
  const now = samples.at(-1)?.at ?? 0;
  return samples
    .map((sample) => {
      const x = width - ((now - sample.at) / 120_000) * width;
      const y = height - 4 - (sample[kind] / top) * (height - 8);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(' ');
}
