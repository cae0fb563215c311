/** An unknown of a {@link MipProblem}. */
export interface MipColumn {
  /** What a unit of it adds to the objective, which is maximised. */
  readonly gain: number;
  readonly least: number;
  readonly most: number;
  /** Whether it may only be 0 or 1. */
  readonly isChoice: boolean;
}

/** `least <= sum of coefficient times column <= most`. */
export interface MipRow {
  readonly terms: readonly (readonly [column: number, coefficient: number])[];
  readonly least: number;
  readonly most: number;
}

/** A linear program some of whose unknowns are choices. */
export interface MipProblem {
  readonly columns: readonly MipColumn[];
  readonly rows: readonly MipRow[];
}

/** What a solver of such programs may take. */
export interface MipLimits {
  readonly timeMs: number;
  /** Share of the objective that may be missed. */
  readonly gap: number;
}

/**
 * Solves a program: the values of the columns, or `undefined` where none are found in time. May be wrong without harm:
 * what it says is checked.
 */
export type Mip = (problem: MipProblem, limits: MipLimits) => readonly number[] | undefined;
