/** One line of `filemill doctor`. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What to do if the check fails, or what to improve if it does not. */
  readonly action: string | null;
}

export function check(name: string, ok: boolean, detail: string, action: string | null): Check {
  return { name, ok, detail, action: ok ? null : action };
}
