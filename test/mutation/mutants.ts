/**
 * What can be wrong with a contract by one small change, found in the compiler's own syntax tree: comparisons, arithmetic,
 * logic, constants, conditions, truncations, and statements and modifiers that are gone; in Solidity and in assembly.
 */

/** A node of the compiler's compact syntax tree, as far as it is read here. */
export type Node = { [key: string]: unknown; nodeType: string; src: string };

/** How a place can be changed so that it can also be left as it is. */
export type SiteKind =
  | "expression"
  | "statement"
  | "yulExpression"
  | "yulCall"
  | "yulStatement"
  | "yulCondition"
  /** In the head of a function there is no room for a switch. */
  | "modifier"
  /** Nor before an else, which would belong to the switch. */
  | "beforeElse";

export type Mutant = {
  /** "file function: original -> replacement", and a number where that is not enough; does not hang on lines. */
  id: string;
  file: string;
  line: number;
  /** The function in which it lies, where that is, and its kind; mutants of one function are compiled together. */
  scope: string;
  /** Whether it lies in a constant, in which there can be no switch, as it has to be known when it is compiled. */
  isConstant: boolean;
  operator: string;
  kind: SiteKind;
  /** In bytes. */
  start: number;
  end: number;
  original: string;
  replacement: string;
};

const comparisons: Record<string, readonly string[]> = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "==": ["!="],
  "!=": ["=="],
};
const arithmetic: Record<string, string> = {
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "%": "*",
  "<<": ">>",
  ">>": "<<",
  "&": "|",
  "|": "&",
  "^": "&",
};
const logic: Record<string, string> = { "&&": "||", "||": "&&" };
const assignments: Record<string, string> = { "+=": "-=", "-=": "+=", "|=": "&=", "&=": "|=", "*=": "+=" };
const opcodes: Record<string, string> = {
  add: "sub",
  sub: "add",
  mul: "add",
  div: "mul",
  mod: "mul",
  lt: "gt",
  gt: "lt",
  slt: "sgt",
  sgt: "slt",
  eq: "lt",
  and: "or",
  or: "and",
  xor: "and",
  shl: "shr",
  shr: "shl",
};

export function findMutants(file: string, source: string, ast: unknown): Mutant[] {
  const bytes = Buffer.from(source);
  const mutants: Mutant[] = [];
  const taken = new Map<string, number>();
  /** Statements that an else follows. */
  const beforeElse = new Set<unknown>();
  let scope = "";
  let isConstant = false;

  const text = (node: Node) => {
    const [start, end] = range(node);
    return bytes.subarray(start, end).toString();
  };
  const add = (node: Node, kind: SiteKind, operator: string, replacement: string) => {
    const [start, end] = range(node);
    const before = bytes.subarray(0, start).toString().split("\n");
    const original = text(node);
    const change = operator === "removed" ? `${original} removed` : `${original} -> ${replacement}`;
    const name = `${file} ${scope.split(" ")[0] ?? ""}: ${change}`.replace(/\s+/g, " ");
    const count = (taken.get(name) ?? 0) + 1;
    taken.set(name, count);
    const id = count === 1 ? name : `${name} (${count})`;
    const line = before.length;
    const mutant = { id, file, line, scope, isConstant, operator, kind, start, end, original, replacement };
    const isBeforeElse = kind === "statement" && beforeElse.has(node);
    mutants.push(isBeforeElse ? { ...mutant, kind: "beforeElse", replacement: "true" } : mutant);
  };

  const visit = (node: Node) => {
    const outer = scope;
    const isFunction = ["FunctionDefinition", "ModifierDefinition"].includes(node.nodeType);
    if (isFunction || node.nodeType === "VariableDeclaration") {
      if (scope === "" || isFunction) {
        scope = `${String(node["name"])} ${node.src}`;
        if (typeof node["kind"] === "string") scope += ` ${node["kind"]}`;
        isConstant = node.nodeType === "VariableDeclaration";
      }
    }
    if (node.nodeType === "IfStatement" && isNode(node["falseBody"])) beforeElse.add(node["trueBody"]);
    if (scope !== "") mutateNode(node, text, add);
    if (!isWhole(node, text)) for (const inner of children(node)) visit(inner);
    scope = outer;
  };
  visit(asNode(ast));
  return mutants;
}

type Add = (node: Node, kind: SiteKind, operator: string, replacement: string) => void;

function mutateNode(node: Node, text: (node: Node) => string, add: Add): void {
  switch (node.nodeType) {
    case "BinaryOperation":
      mutateBinary(node, text, add);
      break;
    case "UnaryOperation":
      if (node["operator"] === "!") add(node, "expression", "drop !", text(child(node, "subExpression")));
      break;
    case "Conditional":
      add(node, "expression", "first branch", text(child(node, "trueExpression")));
      add(node, "expression", "second branch", text(child(node, "falseExpression")));
      break;
    case "FunctionDefinition":
      for (const modifier of nodes(node["modifiers"]))
        if (modifier["kind"] === "modifierInvocation") add(modifier, "modifier", "removed", "");
      break;
    case "IfStatement":
      add(child(node, "condition"), "expression", "always", "true");
      add(child(node, "condition"), "expression", "never", "false");
      break;
    case "Literal":
      mutateLiteral(node, add);
      break;
    case "FunctionCall":
      if (text(node) === "address(0)") add(node, "expression", "plus one", "address(1)");
      if (node["kind"] === "typeConversion" && /^uint(?!256)\d+$/.test(text(child(node, "expression")))) {
        const [argument] = nodes(node["arguments"]);
        if (argument !== undefined) add(node, "expression", "no truncation", text(argument));
      }
      break;
    case "Assignment": {
      const operator = String(node["operator"]);
      const swapped = assignments[operator];
      if (swapped !== undefined) {
        const [left, right] = [text(child(node, "leftHandSide")), text(child(node, "rightHandSide"))];
        add(node, "expression", `${operator} to ${swapped}`, `${left} ${swapped} ${right}`);
      }
      break;
    }
    case "ForStatement": {
      // In the head of a loop there is no room for an if.
      const step = child(child(node, "loopExpression"), "expression");
      add(
        step,
        "expression",
        "removed",
        text(child(step, "subExpression" in step ? "subExpression" : "leftHandSide")),
      );
      break;
    }
    case "ExpressionStatement":
    case "EmitStatement":
    case "RevertStatement":
      add(node, "statement", "removed", `if (false) ${text(node)}`);
      break;
    case "Return":
      if (node["expression"] === undefined || node["expression"] === null) {
        add(node, "statement", "removed", `if (false) ${text(node)}`);
      }
      break;
    default:
      mutateYul(node, text, add);
  }
}

function mutateBinary(node: Node, text: (node: Node) => string, add: Add): void {
  const operator = String(node["operator"]);
  const [left, right] = [text(child(node, "leftExpression")), text(child(node, "rightExpression"))];
  const others = comparisons[operator] ?? [arithmetic[operator] ?? logic[operator] ?? ""];
  for (const other of others) {
    if (other !== "") add(node, "expression", `${operator} to ${other}`, `${left} ${other} ${right}`);
  }
}

function mutateLiteral(node: Node, add: Add): void {
  if (node["kind"] === "bool") {
    add(node, "expression", "flipped", node["value"] === "true" ? "false" : "true");
  } else if (node["kind"] === "number") {
    const [digits = "", zeros = "0"] = String(node["value"]).replaceAll("_", "").split("e");
    const value = BigInt(digits) * 10n ** BigInt(zeros);
    add(node, "expression", "plus one", String(value + 1n));
    if (value > 0n) add(node, "expression", "minus one", String(value - 1n));
  }
}

function mutateYul(node: Node, text: (node: Node) => string, add: Add): void {
  switch (node.nodeType) {
    case "YulFunctionCall": {
      const name = String(child(node, "functionName")["name"]);
      const given = nodes(node["arguments"]).map(text).join(", ");
      const swapped = opcodes[name];
      if (swapped !== undefined) add(node, "yulCall", `${name} to ${swapped}`, `${swapped}(${given})`);
      if (name === "lt" || name === "gt" || name === "eq") {
        add(node, "yulCall", `${name} inverted`, `iszero(${name}(${given}))`);
      }
      if (name === "iszero") add(node, "yulCall", "drop iszero", given);
      break;
    }
    case "YulLiteral":
      if (node["kind"] === "number") {
        const value = BigInt(String(node["value"]));
        add(node, "yulExpression", "plus one", `0x${(value + 1n).toString(16)}`);
        if (value > 0n) add(node, "yulExpression", "minus one", `0x${(value - 1n).toString(16)}`);
      }
      break;
    case "YulIf":
      add(child(node, "condition"), "yulCondition", "always", "1");
      add(child(node, "condition"), "yulCondition", "never", "0");
      break;
    case "YulExpressionStatement":
    case "YulAssignment":
      add(node, "yulStatement", "removed", `if 0 { ${text(node)} }`);
      break;
  }
}

/** What has no parts to change: types, names, documentation, and the zero address. */
function isWhole(node: Node, text: (node: Node) => string): boolean {
  if (node.nodeType === "FunctionCall" && text(node) === "address(0)") return true;
  return [
    "ImportDirective",
    "PragmaDirective",
    "StructuredDocumentation",
    "ElementaryTypeName",
    "ErrorDefinition",
  ].includes(node.nodeType);
}

function children(node: Node): Node[] {
  return Object.entries(node).flatMap(([key, value]) => {
    // The step of a loop is an expression, with the statement that it is only around it.
    if (node.nodeType === "ForStatement" && key === "loopExpression" && isNode(value))
      return nodes(value["expression"]);
    // Names of types and what the analysis has found out about others.
    if (
      [
        "typeName",
        "typeDescriptions",
        "overrides",
        "modifiers",
        "externalReferences",
        "functionName",
      ].includes(key)
    ) {
      return [];
    }
    return nodes(value);
  });
}

function nodes(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodes);
  return isNode(value) ? [value] : [];
}

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "nodeType" in value && "src" in value;
}

function asNode(value: unknown): Node {
  if (!isNode(value)) throw new TypeError("a node of the syntax tree expected");
  return value;
}

const child = (node: Node, key: string) => asNode(node[key]);

/** The node and all that it consists of, references to elsewhere apart. */
export function nodesWithin(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodesWithin);
  return isNode(value) ? [value, ...nodesWithin(Object.values(value))] : [];
}

/** Where the source of a node begins and ends, in bytes. */
export function range({ src }: { src: string }): [start: number, end: number] {
  const [start = 0, length = 0] = src.split(":").map(Number);
  return [start, start + length];
}
