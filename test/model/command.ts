import fc from 'fast-check';
import type { Model } from './model.ts';
import type { World } from './world.ts';

/** One step of a history: acts on the system, then on the model, and compares their answers. */
type Step<Args> = (args: Args, model: Model, world: World) => Promise<void>;

/** A command that `args` parametrise; after it, model and rows must agree. */
export function command<Args>(
  name: string,
  args: fc.Arbitrary<Args>,
  step: Step<Args>,
  possible: (model: Model) => boolean = hasFiles,
): fc.Arbitrary<fc.AsyncCommand<Model, World>> {
  return args.map((drawn) => ({
    check: possible,
    run: async (model, world) => {
      await step(drawn, model, world);
      await world.agreesWith(model);
    },
    toString: () => `${name}(${fc.stringify(drawn)})`,
  }));
}

export function hasFiles(model: Model): boolean {
  return model.created.length > 0;
}

/** A number that stands for an item of a list that is not known yet. */
export const pick = fc.nat({ max: 11 });

export function picked<Item>(items: readonly Item[], index: number): Item {
  return items[index % items.length] as Item;
}

/** Up to three files, deleted ones among them, none twice. */
export const picks = fc.array(pick, { minLength: 1, maxLength: 3 });

export function pickedFiles(model: Model, indices: readonly number[]) {
  return [...new Set(indices.map((index) => picked(model.created, index)))];
}
