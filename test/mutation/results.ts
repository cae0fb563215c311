/** What has become of the mutants, one file for each target in results/, and the reasons of equivalent.json. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";
import type { Mutant } from "./mutants.ts";

/**
 * "open": campaigns have not killed it, nothing else has tried. "stillborn": does not compile. "equivalent": survives
 * campaigns, and equivalent.json says why it may.
 */
export type Status = "killed" | "open" | "survived" | "equivalent" | "stillborn";
export type Outcome = { status: Status; by?: string };
/** `test` is the Solidity test that fails without a check, whatever has killed the mutant first; see Judge.nameChecks. */
export type Result = { id: string; line: number; test?: string } & Outcome;
export type Counts = Record<Status, number>;
type Part = { code: string; counts: Counts; mutants: Result[] };

const fileOf = (target: string) => new URL(`results/${target}.json`, import.meta.url);
const equivalentFile = new URL("equivalent.json", import.meta.url);

/** Milliseconds between writes. */
const savePause = 10_000;

/** What an earlier run has found; null if there was none. */
export function readEarlier(target: string): Part | null {
  const file = fileOf(target);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Part) : null;
}

/** Why mutants may survive, by their ids. */
export function readReasons(): ReadonlyMap<string, string> {
  const file = JSON.parse(readFileSync(equivalentFile, "utf8")) as Record<string, string[]>;
  return new Map(Object.entries(file).flatMap(([reason, ids]) => ids.map((id) => [id, reason])));
}

/** The results of one target, which are kept for as long as its code stays the same. */
export class Results {
  readonly #target: string;
  readonly #code: string;
  readonly #results: Map<string, Result>;
  #lastSaved = 0;

  /** @param code what tells one version of the contracts from another */
  constructor(
    target: string,
    code: string,
    mutants: readonly Mutant[],
    reasons: ReadonlyMap<string, string>,
  ) {
    this.#target = target;
    this.#code = code;
    const earlier = readEarlier(target);
    const lines = new Map(mutants.map(({ id, line }) => [id, line]));
    const known = earlier?.code === code ? earlier.mutants.filter(({ id }) => lines.has(id)) : [];
    this.#results = new Map(
      known.map((result) => {
        // Campaigns have tried what has survived, so that a reason that has been found since, or is no more, is enough.
        const isStale = result.status === (reasons.has(result.id) ? "survived" : "equivalent");
        const { id, line } = result;
        const current = isStale ? { id, line, status: "open" as const } : result;
        return [id, { ...current, line: lines.get(id) ?? line }];
      }),
    );
  }

  get(id: string): Result | undefined {
    return this.#results.get(id);
  }

  all(): Result[] {
    return [...this.#results.values()];
  }

  nameTest({ id }: Mutant, test: string): void {
    const known = this.#results.get(id);
    if (known === undefined) return;
    this.#results.set(id, { ...known, test });
    console.log(`check      ${id}\n           ${test}`);
  }

  note({ id, line }: Mutant, { status, by }: Outcome): void {
    this.#results.set(id, { id, line, status, ...(by === undefined ? {} : { by }) });
    console.log(`${status.padEnd(10)} ${id}${by === undefined ? "" : `\n           by ${by}`}`);
  }

  count(): Counts {
    const counts = { killed: 0, open: 0, survived: 0, equivalent: 0, stillborn: 0 };
    for (const { status } of this.#results.values()) counts[status]++;
    return counts;
  }

  /** Writes them now and then, or now. */
  async save(pause = savePause): Promise<void> {
    if (Date.now() - this.#lastSaved < pause) return;
    this.#lastSaved = Date.now();
    const part: Part = { code: this.#code, counts: this.count(), mutants: this.all() };
    const file = fileOf(this.#target);
    const config = await resolveConfig(file);
    writeFileSync(file, await format(JSON.stringify(part), { ...config, parser: "json" }));
  }
}
