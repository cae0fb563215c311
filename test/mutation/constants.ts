/**
 * Many mutants of constants in one piece of code: each stands as a constant of its own beside the one that it changes, and
 * wherever that one is used, a number in the bytecode chooses; see schema.ts.
 */
import type { Compiled, Sources } from "./compile.ts";
import { isNode, nodesWithin, range, type Mutant, type Node } from "./mutants.ts";
import { switchHelper, switchInYul } from "./schema.ts";

type Edit = { start: number; end: number; text: string };

/** A constant: where it is declared, and which mutants change it, itself or by another constant that it is made of. */
type Constant = { file: string; name: string; declaration: Node; own: Map<number, string>; parts: Node[] };

/** The sources with all of the mutants, of constants of one file, in them. */
export function withConstantSwitches(sources: Sources, mutants: readonly Mutant[], trees: Compiled): Sources {
  const constants = findConstants(sources, trees);
  for (const [index, { file, scope, start, end, replacement }] of mutants.entries()) {
    const constant = [...constants.values()].find(
      ({ file: its, name, declaration }) => its === file && scope === `${name} ${declaration.src}`,
    );
    if (constant === undefined) throw new RangeError(`There is no constant ${scope}.`);
    const bytes = Buffer.from(sources.get(file) ?? "");
    const [from, to] = range(constant.declaration);
    const changed = bytes.subarray(from, start).toString() + replacement + bytes.subarray(end, to).toString();
    constant.own.set(index, changed);
  }

  const edits = new Map<string, Edit[]>([...sources.keys()].map((file) => [file, []]));
  const uses = new Map<number, { name: string; choices: number[] }>();
  const alternatives = new Map<string, string[]>();
  for (const [id, { file, name, declaration }] of constants) {
    const choices = choicesOf(constants, id);
    if (choices.length === 0) continue;
    const bytes = Buffer.from(sources.get(file) ?? "");
    const after = bytes.indexOf(";", range(declaration)[1]) + 1;
    for (const index of choices) {
      const changed = changedConstant(constants, id, index, bytes);
      const text = ` ${changed.replace(new RegExp(`\\b${name}\\b`), other(name, index))};`;
      edits.get(file)?.push({ start: after, end: after, text });
    }
    uses.set(id, { name, choices });
    alternatives.set(
      name,
      choices.map((index) => other(name, index)),
    );
  }

  // What constants are made of has to be known when they are compiled.
  const fixed = new Set([...constants.values()].flatMap(({ parts }) => parts));
  return new Map(
    [...sources].map(([file, source]) => {
      const bytes = Buffer.from(source);
      const all = edits.get(file) ?? [];
      for (const node of nodesWithin(trees.ast(file)))
        if (!fixed.has(node)) all.push(...useEdits(node, uses, bytes));
      const isChanged = all.length > 0;
      const imports = nodesWithin(trees.ast(file)).flatMap((node) => moreImports(node, alternatives));
      const text = apply(bytes, all) + imports.join("");
      return [file, isChanged ? text + switchHelper : text];
    }),
  );
}

/** By the number of the declaration. */
function findConstants(sources: Sources, trees: Compiled): ReadonlyMap<number, Constant> {
  return new Map(
    [...sources.keys()].flatMap((file) =>
      nodesWithin(trees.ast(file))
        .filter((node) => node.nodeType === "VariableDeclaration" && node["constant"] === true)
        .map((declaration) => [
          Number(declaration["id"]),
          {
            ...{ file, name: String(declaration["name"]), declaration },
            ...{ own: new Map<number, string>(), parts: nodesWithin(declaration["value"]) },
          },
        ]),
    ),
  );
}

function choicesOf(constants: ReadonlyMap<number, Constant>, id: number): number[] {
  const constant = constants.get(id);
  if (constant === undefined) return [];
  const inherited = constant.parts.flatMap((part) =>
    choicesOf(constants, Number(part["referencedDeclaration"])),
  );
  return [...new Set([...constant.own.keys(), ...inherited])];
}

/** The declaration as this mutant has it, under its own name still. */
function changedConstant(
  constants: ReadonlyMap<number, Constant>,
  id: number,
  index: number,
  bytes: Buffer,
): string {
  const constant = constants.get(id);
  if (constant === undefined) throw new RangeError(`There is no constant ${id}.`);
  const own = constant.own.get(index);
  if (own !== undefined) return own;
  const [from, to] = range(constant.declaration);
  const edits = constant.parts.flatMap((part): Edit[] => {
    if (part.nodeType !== "Identifier") return [];
    const referenced = Number(part["referencedDeclaration"]);
    const [start, end] = range(part);
    return choicesOf(constants, referenced).includes(index)
      ? [{ start: start - from, end: end - from, text: other(String(part["name"]), index) }]
      : [];
  });
  return apply(bytes.subarray(from, to), edits);
}

const other = (name: string, index: number) => `${name}__${index}`;

/** Where a node uses one of the constants, by whatever name it goes there, the choice among all of its values. */
function useEdits(
  node: Node,
  uses: ReadonlyMap<number, { name: string; choices: number[] }>,
  bytes: Buffer,
): Edit[] {
  if (node.nodeType === "InlineAssembly" && Array.isArray(node["externalReferences"])) {
    return node["externalReferences"].flatMap((reference: { declaration: number; src: string }) => {
      const use = uses.get(reference.declaration);
      if (use === undefined) return [];
      const [start, end] = range(reference);
      const text = use.choices.reduce(
        (inner, index) =>
          `xor(${inner}, mul(eq(${index}, ${switchInYul}), xor(${inner}, ${other(use.name, index)})))`,
        use.name,
      );
      return [{ start, end, text }];
    });
  }
  if (node.nodeType !== "Identifier" && node.nodeType !== "MemberAccess") return [];
  const use = uses.get(Number(node["referencedDeclaration"]));
  if (use === undefined) return [];
  const [start, end] = range(node);
  const written = bytes.subarray(start, end).toString();
  const qualifier = written.slice(0, written.length - use.name.length);
  const choices = use.choices.map((index) => `__isOn(${index}) ? ${qualifier}${other(use.name, index)} : `);
  return [{ start, end, text: `(${choices.join("")}${written})` }];
}

/** What has to be imported beside constants that are imported by their names. */
function moreImports(node: Node, alternatives: ReadonlyMap<string, readonly string[]>): string[] {
  if (node.nodeType !== "ImportDirective" || !Array.isArray(node["symbolAliases"])) return [];
  const names = node["symbolAliases"].flatMap(({ foreign }: { foreign: unknown }) =>
    isNode(foreign) ? (alternatives.get(String(foreign["name"])) ?? []) : [],
  );
  return names.length === 0 ? [] : [`\nimport {${names.join(", ")}} from "${String(node["file"])}";`];
}

function apply(bytes: Buffer, edits: Edit[]): string {
  let text = "";
  let at = 0;
  for (const { start, end, text: replacement } of edits.sort((a, b) => a.start - b.start)) {
    text += bytes.subarray(at, start).toString() + replacement;
    at = end;
  }
  return text + bytes.subarray(at).toString();
}
