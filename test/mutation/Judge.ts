/**
 * Judges the mutants of one target: campaigns first, if there are any, as they take milliseconds; what they leave open is
 * put to the tests.
 */
import type { Sources } from "./compile.ts";
import { killedBy, testKiller, unitKiller, type Failure, type TestKiller } from "./killers.ts";
import type { Mutant } from "./mutants.ts";
import { Results, type Outcome, type Status } from "./results.ts";
import { noMutant, switched } from "./schema.ts";
import { partsOf, pathOf, type Code, type Differential, type Target } from "./targets.ts";
import { Workshop } from "./Workshop.ts";

/** So many steps show whether switches that are off change anything. */
const switchCheck = 40;

/** How what campaigns say begins. */
const campaign = "differential, ";

export type Options = {
  /** Of one file, or one line of it. */
  only?: { file: string; line?: number };
  /** No tests, what campaigns leave is left open. */
  quick: boolean;
  /** Those that had survived, once more. */
  again: boolean;
  /** No campaigns: only what they have left open is put to the tests. */
  open: boolean;
};

export class Judge {
  readonly target: Target;
  readonly results: Results;
  readonly mutants: readonly Mutant[];
  readonly #workshop: Workshop;
  /** What campaigns run. */
  readonly #parts: Sources;
  readonly #reasons: ReadonlyMap<string, string>;
  #differential: Differential = () => Promise.resolve(null);

  constructor(target: Target, reasons: ReadonlyMap<string, string>) {
    this.target = target;
    this.#reasons = reasons;
    this.#parts = partsOf(target);
    this.#workshop = new Workshop(target);
    this.mutants = this.#workshop.mutants;
    this.results = new Results(target.name, this.#workshop.version, this.mutants, reasons);
  }

  /** Judges what has not been judged, or what is asked for. */
  async run({ only, quick, again, open }: Options): Promise<void> {
    // Campaigns have not killed them before.
    if (again && open)
      for (const mutant of this.#those("survived")) this.results.note(mutant, { status: "open" });
    const due = this.mutants.filter(({ id, file, line }) => {
      if (open) return false;
      if (only !== undefined) return file === only.file && (only.line === undefined || line === only.line);
      const known = this.results.get(id);
      return known === undefined || (again && known.status === "survived");
    });
    console.log(`${this.target.name}: ${this.mutants.length} mutants, ${due.length} to try`);
    const { played } = this.target;
    if (due.length > 0 && played !== null) {
      this.#differential = await played.differential();
      const killed = await this.#differential(this.#workshop.unchanged.get(this.#playedPath()) ?? "");
      if (killed !== null) throw new Error(`The contracts as they are do not pass: ${killed}`);
    }
    for (const group of this.#groupsOf(due)) await this.#compareGroup(group);
    if (!quick) {
      this.#excuse();
      await this.#testUnits();
      await this.#testOpen(only?.file);
    }
    await this.results.save(0);
  }

  /** All that refuses something: statements that revert, and modifiers. */
  checks(): Mutant[] {
    return this.mutants.filter(
      ({ operator, kind, original }) =>
        operator === "removed" && (kind === "modifier" || /^(revert\b|require\()/.test(original)),
    );
  }

  /** Finds a Solidity test that fails without each check, also where a campaign has been first. */
  async nameChecks(): Promise<void> {
    const due = this.checks().filter(({ id }) => {
      const known = this.results.get(id);
      return known?.status === "killed" && known.test === undefined && known.by?.startsWith(campaign);
    });
    console.log(`${this.target.name}: ${due.length} checks to name a test for`);
    if (due.length === 0) return;
    const tests = await testKiller(this.target, this.#workshop.unchanged);
    try {
      for (const group of Map.groupBy(due, ({ file }) => file).values()) {
        const fitting = this.#workshop.leaveOutMisfits(group, this.results);
        const together = this.#workshop.together(fitting) ?? new Map<string, string>();
        for (const [index, mutant] of fitting.entries()) {
          const code = new Map([...together].map(([path, each]) => [path, switched(each, index)]));
          const failure = await tests.quickly(code, false);
          if (failure !== null) this.results.nameTest(mutant, `${failure.file}.${failure.name}`);
          await this.results.save();
        }
      }
    } finally {
      tests.close();
      await this.results.save(0);
    }
  }

  /* CAMPAIGNS */

  /** What is compiled at once: all constants, or all else in one file, or in several that are small. */
  #groupsOf(mutants: readonly Mutant[]): readonly (readonly Mutant[])[] {
    const [constants, others] = [true, false].map((wanted) =>
      mutants.filter(({ isConstant }) => isConstant === wanted),
    );
    const groups: Mutant[][] = [constants ?? []];
    for (const own of Map.groupBy(others ?? [], ({ file }) => file).values()) {
      const last = groups.at(-1);
      const isRoom = groups.length > 1 && (last?.length ?? 0) + own.length <= this.target.mostSwitches;
      if (isRoom) last?.push(...own);
      else groups.push(own);
    }
    return groups;
  }

  /**
   * Mutants of a group, compiled at once, but for those that do not fit in between the others; these one function at a time,
   * and where that does not work, half of them at a time.
   */
  async #compareGroup(group: readonly Mutant[]): Promise<void> {
    // Nobody calls back in a campaign, so none shows what a guard is for.
    const isPlayed = ({ file, kind }: Mutant) => this.#parts.has(file) && kind !== "modifier";
    for (const mutant of group) if (!isPlayed(mutant)) this.results.note(mutant, { status: "open" });
    const played = group.filter(isPlayed);
    const [first] = played;
    if (first === undefined) return;
    const fitting = this.#workshop.leaveOutMisfits(played, this.results);
    const bytecode = await this.#compileSwitches(fitting);
    if (bytecode !== null) {
      for (const [index, mutant] of fitting.entries()) await this.#compare(mutant, switched(bytecode, index));
      const left = played.filter(({ id }) => this.results.get(id)?.status !== "stillborn");
      await this.#compareParts(left.filter((mutant) => !fitting.includes(mutant)));
    } else if (played.length > 1) {
      await this.#compareParts(played.filter(({ id }) => this.results.get(id)?.status !== "stillborn"));
    } else {
      const path = this.#playedPath();
      const alone = this.#workshop.alone(first, this.target.switchEffort)?.get(path) ?? null;
      if (alone === null) this.results.note(first, { status: "stillborn" });
      else await this.#compare(first, alone);
    }
  }

  async #compareParts(group: readonly Mutant[]): Promise<void> {
    const functions = [...Map.groupBy(group, ({ file, scope }) => `${file} ${scope}`).values()];
    const half = group.length >> 1;
    const isSplit = functions.length > 1 || half === 0;
    for (const part of isSplit ? functions : [group.slice(0, half), group.slice(half)])
      await this.#compareGroup(part);
  }

  async #compare(mutant: Mutant, bytecode: string): Promise<void> {
    const by = await this.#differential(bytecode, this.#reasons.has(mutant.id) ? switchCheck : Infinity);
    this.results.note(mutant, by === null ? { status: "open" } : { status: "killed", by });
    await this.results.save();
  }

  /**
   * The code with all of the group in it; null if it does not compile, or does not do as before: switches take variables,
   * and those for which there is no room on the stack take memory below the places that the contract knows.
   */
  async #compileSwitches(group: readonly Mutant[]): Promise<string | null> {
    if (group.length === 0) return null;
    const bytecode = this.#workshop.together(group)?.get(this.#playedPath());
    if (bytecode === undefined) return null;
    const wrong = await this.#differential(switched(bytecode, noMutant), switchCheck);
    return wrong === null ? bytecode : null;
  }

  /** Of the contract that campaigns are played with. */
  #playedPath(): string {
    return pathOf(this.target, this.target.played?.file ?? "");
  }

  /* THE OTHER TESTS */

  #those(status: Status): Mutant[] {
    return this.mutants.filter(({ id }) => this.results.get(id)?.status === status);
  }

  /** What nothing can tell, for a reason. */
  #excuse(): void {
    for (const mutant of this.#those("open"))
      if (this.#reasons.has(mutant.id)) this.results.note(mutant, { status: "equivalent" });
  }

  /** Puts to the tests of libraries what is open in them; what gets past is left open. */
  async #testUnits(): Promise<void> {
    for (const { files, harness, tests } of this.target.units) {
      const open = this.#those("open").filter(({ file }) => files.includes(file));
      const unit = unitKiller(this.target, tests);
      try {
        for (const group of this.#groupsOf(open)) {
          const fitting = this.#workshop.leaveOutMisfits(group, this.results);
          const contracts = { [harness]: this.target.contracts[harness] ?? "" };
          const together = this.#workshop.together(fitting, contracts);
          const choose = (index: number): Code =>
            new Map([...(together ?? [])].map(([path, bytecode]) => [path, switched(bytecode, index)]));
          if (fitting.length === 0 || together === null || (await unit.killedBy(choose(noMutant))) !== null)
            continue;
          for (const [index, mutant] of fitting.entries()) {
            const failure = await unit.killedBy(choose(index));
            if (failure !== null) this.results.note(mutant, killedBy(failure));
            await this.results.save();
          }
        }
      } finally {
        unit.close();
      }
    }
  }

  /** Puts to all tests what is open, of one file or of all. */
  async #testOpen(file?: string): Promise<void> {
    const rest = this.#those("open").filter((mutant) => mutant.file === (file ?? mutant.file));
    if (rest.length === 0) return;
    const tests = await testKiller(this.target, this.#workshop.unchanged);
    try {
      for (const all of this.#groupsOf(this.mutants)) {
        const group = all.filter((mutant) => rest.includes(mutant));
        await this.#testGroup(tests, group, all);
      }
    } finally {
      tests.close();
    }
  }

  /** As far as it goes with switches, which are compiled once for the file; else compiled alone, as it would be deployed. */
  async #testGroup(tests: TestKiller, group: readonly Mutant[], all: readonly Mutant[]): Promise<void> {
    if (group.length === 0) return;
    // All of them, as campaigns may have had them compiled already.
    const fitting = this.#workshop.leaveOutMisfits(all, this.results);
    const together = fitting.length === 0 ? null : this.#workshop.together(fitting);
    const choose = (index: number): Code =>
      new Map([...(together ?? [])].map(([path, bytecode]) => [path, switched(bytecode, index)]));
    // No campaign has told whether the code is too long with all of the switches, or does something else.
    const isWhole = this.target.played !== null || fitting.length < 2;
    if (!isWhole && (together === null || (await tests.quickly(choose(noMutant), false)) !== null)) {
      const half = fitting.length >> 1;
      for (const part of [
        fitting.slice(0, half),
        fitting.slice(half),
        all.filter((mutant) => !fitting.includes(mutant)),
      ])
        await this.#testGroup(
          tests,
          group.filter((mutant) => part.includes(mutant)),
          part,
        );
      return;
    }
    const trusted = new Map<string, boolean>();
    /** Switches may be to blame themselves. */
    const ifTrusted = async (failure: Failure | null) => {
      if (failure === null) return null;
      const key = `${failure.file} ${failure.name}`;
      const known = trusted.get(key) ?? (await tests.passes(choose(noMutant), failure));
      trusted.set(key, known);
      return known ? failure : null;
    };
    for (const mutant of group) {
      const index = fitting.indexOf(mutant);
      const isSwitched = together !== null && index >= 0;
      let failure: Failure | null = null;
      if (isSwitched) failure = await ifTrusted(await tests.quickly(choose(index), this.#isMetered(mutant)));
      if (failure !== null) this.results.note(mutant, killedBy(failure));
      else if (isSwitched && this.target.switchEffort === "deployed")
        this.results.note(mutant, killedBy(await ifTrusted(await tests.fully(choose(index)))));
      else this.results.note(mutant, await this.#testAlone(tests, mutant));
      await this.results.save();
    }
  }

  /** All tests, on the mutant as it would be deployed. */
  async #testAlone(tests: TestKiller, mutant: Mutant): Promise<Outcome> {
    const alone = this.#workshop.alone(mutant, "deployed");
    return alone === null ? { status: "stillborn" } : killedBy(await tests.fully(alone));
  }

  /** Whether it is likely that the tests of metered fees say something. */
  #isMetered({ file, scope }: Mutant): boolean {
    return this.target.metered?.scope.test(`${file} ${scope}`) ?? false;
  }
}
