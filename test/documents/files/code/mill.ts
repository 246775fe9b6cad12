interface Gate {
  readonly number: number;
}

export function open(gate: Gate): string {
  return `gate ${gate.number}`;
}
