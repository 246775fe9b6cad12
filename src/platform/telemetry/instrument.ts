import type { Attributes, Counter as BoundCounter, Histogram as BoundHistogram, Meter } from '@opentelemetry/api';

/**
 * Instruments that exist in every process and cost nothing until one that measures binds them to a meter: only types of
 * OpenTelemetry are imported here, so that the command line and the threads of the analysis never load it.
 */

export type Labels<Key extends string> = Readonly<Record<Key, string>>;

/** A value that is read whenever metrics are collected. */
export type Observation<Key extends string> = readonly [value: number, labels?: Partial<Labels<Key>>];

export interface Definition<Key extends string = string> {
  /** By OpenTelemetry's conventions where they know it. */
  readonly name: string;
  /** UCUM: `s`, `By`, `1`, or `{file}` for what is counted. */
  readonly unit: string;
  readonly description: string;
  /** The services that have it. */
  readonly services: readonly ServiceName[];
  readonly labels?: readonly Key[];
  /** Labels of a counter that are there before their first event, which a rate would otherwise miss. */
  readonly zeros?: readonly Labels<Key>[];
  /** Upper bounds of a histogram. */
  readonly buckets?: readonly number[];
}

export const serviceNames = ['upload', 'metadata', 'worker', 'result', 'web'] as const;
export type ServiceName = (typeof serviceNames)[number];

export function isServiceName(name: string): name is ServiceName {
  return (serviceNames as readonly string[]).includes(name);
}

abstract class Instrument<Key extends string = string> {
  abstract readonly kind: 'counter' | 'histogram' | 'gauge';
  readonly definition: Definition<Key>;

  constructor(definition: Definition<Key>) {
    this.definition = definition;
  }

  abstract bind(meter: Meter): void;
}

export class Counter<Key extends string = never> extends Instrument<Key> {
  readonly kind = 'counter';
  #bound: BoundCounter | undefined;

  /** @param labels an object that is made once, not for each call */
  add(value: number, labels?: Partial<Labels<Key>>): void {
    // One NaN would stay for good.
    if (value >= 0) this.#bound?.add(value, labels as Attributes);
  }

  override bind(meter: Meter): void {
    this.#bound = meter.createCounter(this.definition.name, this.definition);
    const { labels, zeros = [] } = this.definition;
    if (labels === undefined) this.#bound.add(0);
    for (const some of zeros) this.#bound.add(0, some);
  }
}

export class Histogram<Key extends string = never> extends Instrument<Key> {
  readonly kind = 'histogram';
  #bound: BoundHistogram | undefined;

  /** Ignores what a clock that was set back makes negative. */
  record(value: number, labels?: Partial<Labels<Key>>): void {
    if (value >= 0) this.#bound?.record(value, labels as Attributes);
  }

  override bind(meter: Meter): void {
    const { name, unit, description, buckets = [] } = this.definition;
    const advice = { explicitBucketBoundaries: [...buckets] };
    this.#bound = meter.createHistogram(name, { unit, description, advice });
  }
}

type Read<Key extends string> = () => Iterable<Observation<Key>> | Promise<Iterable<Observation<Key>>>;

/** Reads its values when metrics are collected, and at no other time. */
abstract class Observed<Key extends string> extends Instrument<Key> {
  readonly #readers = new Set<Read<Key>>();

  /** @returns what ends it */
  observe(read: Read<Key>): Disposable {
    this.#readers.add(read);
    return { [Symbol.dispose]: () => void this.#readers.delete(read) };
  }

  override bind(meter: Meter): void {
    this.create(meter).addCallback(async (result) => {
      for (const read of this.#readers)
        for (const [value, labels] of await read()) result.observe(value, labels as Attributes);
    });
  }

  protected abstract create(meter: Meter): ReturnType<Meter['createObservableGauge']>;
}

export class Gauge<Key extends string = never> extends Observed<Key> {
  readonly kind = 'gauge';

  protected override create(meter: Meter) {
    return meter.createObservableGauge(this.definition.name, this.definition);
  }
}

export class ObservedCounter<Key extends string = never> extends Observed<Key> {
  readonly kind = 'counter';

  protected override create(meter: Meter) {
    return meter.createObservableCounter(this.definition.name, this.definition);
  }
}
