/** Compiles the mutants of a target: many of them at once, each behind a switch, or one alone. */
import { compile, type Compiled, type Effort, type Sources } from "./compile.ts";
import { withConstantSwitches } from "./constants.ts";
import type { Mutant } from "./mutants.ts";
import type { Results } from "./results.ts";
import { isSwitchable, withMutant, withSwitches } from "./schema.ts";
import {
  compileAll,
  contractsWith,
  mutantsOf,
  sourcesOf,
  versionOf,
  type Code,
  type Target,
} from "./targets.ts";

/** Names of contracts, by file. */
type Contracts = Readonly<Record<string, string>>;

export class Workshop {
  readonly mutants: readonly Mutant[];
  /** What tells this code from another. */
  readonly version: string;
  readonly #target: Target;
  readonly #sources: Sources;
  readonly #trees: Compiled;
  #unchanged: Code | null = null;
  /** What groups of mutants have been compiled to, null if they do not compile. */
  readonly #compiled = new Map<string, Code | null>();

  constructor(target: Target) {
    this.#target = target;
    this.#sources = sourcesOf(target);
    this.#trees = compile(this.#sources, {});
    this.mutants = mutantsOf(target, this.#sources, this.#trees);
    this.version = versionOf(target, this.#sources);
  }

  /** Without any mutant, compiled as what has switches. */
  get unchanged(): Code {
    this.#unchanged ??= compileAll(this.#target, this.#sources);
    if (this.#unchanged === null)
      throw new Error(`The contracts of ${this.#target.name} do not compile as they are.`);
    return this.#unchanged;
  }

  /** All of a group, in the contracts that it is in, or in these; null if they do not compile. */
  together(group: readonly Mutant[], contracts: Contracts = this.#contractsWith(group)): Code | null {
    const key = [...Object.keys(contracts), ...group.map(({ id }) => id)].join("\n");
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const sources = this.#sourcesWithSwitches(group);
    const code = compileAll(this.#target, sources, this.#target.switchEffort, contracts);
    this.#compiled.set(key, code);
    return code;
  }

  /** The contracts that a mutant is in, with no other and no switch; null if they do not compile. */
  alone(mutant: Mutant, effort: Effort): Code | null {
    return compileAll(this.#target, this.#sourcesWith(mutant), effort, this.#contractsWith([mutant]));
  }

  /**
   * Those that can be compiled together. Where the compiler finds something wrong, the ones that it refuses alone are
   * stillborn; if there are none, all in the line, or in the function, are left out.
   */
  leaveOutMisfits(group: readonly Mutant[], results: Results): readonly Mutant[] {
    let fitting = group.filter(
      (mutant) => isSwitchable(mutant) && results.get(mutant.id)?.status !== "stillborn",
    );
    for (;;) {
      const { errors } = compile(this.#sourcesWithSwitches(fitting), this.#target.contracts, "checked");
      const lines = errors.map((error) => /--> (\S+?):(\d+):/.exec(error));
      const isFaulty = ({ file, line, scope, start, end }: Mutant): boolean =>
        lines.some((match) => {
          if (match?.[1] !== file) return false;
          const wrong = Number(match[2]);
          const extent = this.#lineCount(file, start, end);
          return (wrong >= line && wrong <= line + extent) || wrong === this.#lineOf(file, scope);
        });
      const faulty = fitting.filter(isFaulty);
      if (faulty.length === 0) return fitting;
      const stillborn = this.#stillbornAmong(faulty, results);
      for (const mutant of stillborn) results.note(mutant, { status: "stillborn" });
      const gone = stillborn.length > 0 ? stillborn : faulty;
      fitting = fitting.filter((mutant) => !gone.includes(mutant));
    }
  }

  /** Those of another type are the likely ones, the others are looked at if these are not to blame. */
  #stillbornAmong(faulty: readonly Mutant[], results: Results): readonly Mutant[] {
    const isLikely = ({ operator }: Mutant) => /^(no truncation|plus one|minus one)$/.test(operator);
    for (const some of [faulty.filter(isLikely), faulty.filter((mutant) => !isLikely(mutant))]) {
      const stillborn = some.filter((mutant) => {
        if (results.get(mutant.id) !== undefined) return false;
        return compile(this.#sourcesWith(mutant), this.#target.contracts, "checked").errors.length > 0;
      });
      if (stillborn.length > 0) return stillborn;
    }
    return [];
  }

  /** How many lines end between two places. */
  #lineCount(file: string, start: number, end: number): number {
    return (
      Buffer.from(this.#sources.get(file) ?? "")
        .subarray(start, end)
        .toString()
        .split("\n").length - 1
    );
  }

  /** Where a function begins. */
  #lineOf(file: string, scope: string): number {
    return this.#lineCount(file, 0, Number(scope.split(" ")[1]?.split(":")[0])) + 1;
  }

  /** @param group of constants, or of none */
  #sourcesWithSwitches(group: readonly Mutant[]): Sources {
    const [first] = group;
    if (first === undefined) return this.#sources;
    if (first.isConstant) return withConstantSwitches(this.#sources, group, this.#trees);
    const changed = new Map(this.#sources);
    for (const [file, own] of Map.groupBy(group, (mutant) => mutant.file)) {
      const numbers = own.map((mutant) => group.indexOf(mutant));
      changed.set(file, withSwitches(this.#sources.get(file) ?? "", own, numbers));
    }
    return changed;
  }

  #sourcesWith(mutant: Mutant): Sources {
    const { file } = mutant;
    return new Map(this.#sources).set(file, withMutant(this.#sources.get(file) ?? "", mutant));
  }

  #contractsWith(mutants: readonly Mutant[]): Contracts {
    return contractsWith(this.#target, [...new Set(mutants.map(({ file }) => file))]);
  }
}
