/**
 * Many mutants in one piece of code, which a number in the bytecode chooses from: to compile takes seconds, to change a
 * number nothing. The number stands where `switchWord` stands in what the compiler gives.
 */
import type { Mutant } from "./mutants.ts";

/** Whether there is room for a switch. */
export const isSwitchable = ({ kind }: Mutant): boolean => kind !== "modifier" && kind !== "beforeElse";

/** Does not occur otherwise. */
const switchWord = "b7e151628aed2a6abf7158809cf4f3c762e7160f38b4da56a784d9045190cfef";

/** The number that chooses, in assembly. No code is that long, which the compiler does not know: else it would choose itself. */
export const switchInYul = `xor(0x${switchWord}, shr(255, codesize()))`;

/** What a source needs in which there are switches. */
export const switchHelper = `
function __isOn(uint256 mutant) pure returns (bool on) {
    assembly ("memory-safe") {
        on := eq(mutant, ${switchInYul})
    }
}
`;

/** Numbers that select no mutant are all that are not below the count; this is one. */
export const noMutant = 0xffff;

/**
 * The source with all of the mutants in it; each is on if its number is put in place of the switch word.
 *
 * @param numbers of the mutants
 */
export function withSwitches(source: string, mutants: readonly Mutant[], numbers: readonly number[]): string {
  const bytes = Buffer.from(source);
  const sites = new Map<string, Site>();
  mutants.forEach((mutant, place) => {
    const index = numbers[place] ?? noMutant;
    const key = `${mutant.start} ${mutant.end} ${mutant.kind}`;
    const site = sites.get(key) ?? { start: mutant.start, end: mutant.end, kind: mutant.kind, choices: [] };
    site.choices.push([index, mutant.replacement]);
    sites.set(key, site);
  });
  // Outer ones first; of the same range, statements around conditions around what they consist of.
  const order: readonly Mutant["kind"][] = [
    "statement",
    "yulStatement",
    "yulCondition",
    "expression",
    "yulCall",
    "yulExpression",
  ];
  const sorted = [...sites.values()].sort(
    (a, b) => a.start - b.start || b.end - a.end || order.indexOf(a.kind) - order.indexOf(b.kind),
  );
  const text = render(bytes, 0, bytes.length, sorted);
  const isYul = (kind: string) => kind.startsWith("yul");
  return mutants.every(({ kind }) => isYul(kind)) ? text : text + switchHelper;
}

type Site = {
  start: number;
  end: number;
  kind: Mutant["kind"];
  choices: [index: number, replacement: string][];
};

/** The text from `start` to `end`, in which the sites, outer ones first, have switches. */
function render(bytes: Buffer, start: number, end: number, sites: readonly Site[]): string {
  let text = "";
  let at = start;
  for (let i = 0; i < sites.length;) {
    const site = sites[i];
    if (site === undefined) break;
    let next = i + 1;
    while ((sites[next]?.start ?? Infinity) < site.end) next++;
    text += bytes.subarray(at, site.start).toString();
    text += renderSite(site, render(bytes, site.start, site.end, sites.slice(i + 1, next)));
    at = site.end;
    i = next;
  }
  return text + bytes.subarray(at, end).toString();
}

const isOn = (index: number) => `eq(${index}, ${switchInYul})`;

function renderSite({ kind, choices }: Site, inner: string): string {
  switch (kind) {
    case "expression": {
      const chosen = `(${choices.map(([index, other]) => `__isOn(${index}) ? (${other}) : `).join("")}(${inner}))`;
      // A choice between two small literals would have a small type.
      return /^(0x)?[0-9a-f_]+$/.test(inner) ? `uint256${chosen}` : chosen;
    }
    case "statement":
      return choices.map(([index]) => `if (!__isOn(${index})) `).join("") + inner;
    case "yulStatement":
      return choices.reduce((text, [index]) => `if iszero(${isOn(index)}) { ${text} }`, inner);
    case "yulExpression":
    case "yulCall":
      return choices.reduce(
        (text, [index, replacement]) => `xor(${text}, mul(${isOn(index)}, xor(${text}, ${replacement})))`,
        inner,
      );
    case "yulCondition":
      return choices.reduce(
        (text, [index, replacement]) =>
          replacement === "1"
            ? `or(${text}, ${isOn(index)})`
            : `mul(iszero(iszero(${text})), iszero(${isOn(index)}))`,
        inner,
      );
    case "modifier":
    case "beforeElse":
      throw new RangeError("There is no room for a switch.");
  }
}

/** The code with this number in place of the switch. */
export function switched(bytecode: string, index: number): string {
  return bytecode.replaceAll(switchWord, index.toString(16).padStart(64, "0"));
}

/** The source with one mutant and no switch. */
export function withMutant(source: string, { start, end, replacement }: Mutant): string {
  const bytes = Buffer.from(source);
  return bytes.subarray(0, start).toString() + replacement + bytes.subarray(end).toString();
}
