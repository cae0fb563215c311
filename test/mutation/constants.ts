/**
 * Many mutants of constants in one piece of code: each stands as a constant of its own beside the one that it changes, and
 * wherever that one is used, a number in the bytecode chooses; see schema.ts.
 */
import type { Compiled, Sources } from "./compile.ts";
import { isNode, nodesWithin, range, type Mutant, type Node } from "./mutants.ts";
import { switchHelper, switchInYul } from "./schema.ts";

type Edit = { start: number; end: number; text: string };

/** The sources with all of the mutants, of constants of one file, in them. */
export function withConstantSwitches(sources: Sources, mutants: readonly Mutant[], trees: Compiled): Sources {
  const edits = new Map<string, Edit[]>([...sources.keys()].map((file) => [file, []]));
  const uses = new Map<number, { name: string; choices: number[] }>();
  const alternatives = new Map<string, string[]>();

  for (const [index, { file, scope, start, end, replacement }] of mutants.entries()) {
    const name = scope.split(" ")[0] ?? "";
    const declaration = nodesWithin(trees.ast(file)).find(
      (node) => node.nodeType === "VariableDeclaration" && scope === `${name} ${node.src}`,
    );
    const id = Number(declaration?.["id"]);
    if (declaration === undefined) throw new RangeError(`There is no constant ${scope}.`);
    const bytes = Buffer.from(sources.get(file) ?? "");
    const [from, to] = range(declaration);
    const changed = bytes.subarray(from, start).toString() + replacement + bytes.subarray(end, to).toString();
    const text = `\n${changed.replace(new RegExp(`\\b${name}\\b`), other(name, index))};`;
    const after = bytes.indexOf(";", to) + 1;
    edits.get(file)?.push({ start: after, end: after, text });
    const use = uses.get(id) ?? { name, choices: [] };
    use.choices.push(index);
    uses.set(id, use);
    alternatives.set(name, [...(alternatives.get(name) ?? []), other(name, index)]);
  }

  return new Map(
    [...sources].map(([file, source]) => {
      const bytes = Buffer.from(source);
      const all = edits.get(file) ?? [];
      for (const node of nodesWithin(trees.ast(file))) all.push(...useEdits(node, uses, bytes));
      const isChanged = all.length > 0;
      const imports = nodesWithin(trees.ast(file)).flatMap((node) => moreImports(node, alternatives));
      const text = apply(bytes, all) + imports.join("");
      return [file, isChanged ? text + switchHelper : text];
    }),
  );
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
