/**
 * Puts probes into contracts, so that a run of the tests tells which lines and which sides of each branch it has
 * reached; in Solidity and in assembly. A probe is a call of an address that Hardhat listens to while it measures coverage.
 *
 * Hardhat's own probes see statements of Solidity only. These see branches and assembly too, and keep what assembly that
 * was written by hand relies on: free memory, and what the last call has returned.
 */
import { isNode, nodesWithin, range, type Node } from "../mutation/mutants.ts";

/** One place that a test can reach. */
export type Probe = {
  file: string;
  line: number;
  /** "statement", or the side of a branch. */
  kind: "statement" | "true" | "false";
  /** The statement, or the condition, as it is written. */
  text: string;
};

/** What all instrumented sources import, by this name. */
export const probesFile = "probes.sol";

/** Hardhat's. */
const listener = "0xc0bEc0BEc0BeC0bEC0beC0bEC0bEC0beC0beC0BE";
/** Memory beyond all that the contracts use. */
const far = "0x40000";

/** The same in assembly: sends the number of a probe, and leaves memory and the last answer as they were. */
const send = (name: string) => `
        function ${name}(__probe) {
            let __size := returndatasize()
            returndatacopy(add(${far}, 0x20), 0, __size)
            mstore(${far}, __probe)
            pop(staticcall(gas(), ${listener}, ${far}, 0x20, 0, 0))
            pop(staticcall(gas(), 4, add(${far}, 0x20), __size, 0, 0))
        }`;

export const probesSource = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

function __reach(uint256 probe) view {
    assembly ("memory-safe") {${send("__send")}
        __send(probe)
    }
}

function __side(uint256 whenTrue, uint256 whenFalse, bool condition) view returns (bool) {
    __reach(condition ? whenTrue : whenFalse);
    return condition;
}
`;

const yulProbes = `${send("__yulReach")}
        function __yulSide(__yes, __no, __condition) -> __result {
            __result := __condition
            switch __condition
            case 0 { __yulReach(__no) }
            default { __yulReach(__yes) }
        }
`;

type Edit = { at: number; text: string; rank: number };

/**
 * @param probes is added to; the place of a probe in it is its number
 * @returns the source with its probes; functions that were pure are views, as probes are calls
 */
export function instrument(file: string, source: string, tree: unknown, probes: Probe[]): string {
  const bytes = Buffer.from(source);
  const edits: Edit[] = [];
  const text = (start: number, end: number) => bytes.subarray(start, end).toString();

  const probe = (start: number, end: number, kind: Probe["kind"]) => {
    const line = text(0, start).split("\n").length;
    return probes.push({ file, line, kind, text: text(start, end).replace(/\s+/g, " ") }) - 1;
  };
  const branch = (condition: unknown, call: string) => {
    if (!isNode(condition)) return;
    const [start, end] = range(condition);
    const [yes, no] = (["true", "false"] as const).map((kind) => probe(start, end, kind));
    edits.push(
      { at: start, text: `${call}(${yes}, ${no}, `, rank: -end },
      { at: end, text: ")", rank: -1e10 - start },
    );
  };
  const statements = (block: Node, call: string) => {
    const all: unknown = block["statements"];
    for (const statement of Array.isArray(all) ? all.filter(isNode) : []) {
      // A block is reached when what is in it is.
      if (statement.nodeType.endsWith("Block") || statement.nodeType === "YulFunctionDefinition") continue;
      const [start, end] = range(statement);
      const next = call.startsWith("__yul") ? " " : "; ";
      edits.push({ at: start, text: `${call}(${probe(start, end, "statement")})${next}`, rank: -1e9 });
    }
  };

  for (const node of nodesWithin(tree)) {
    switch (node.nodeType) {
      case "Block":
      case "UncheckedBlock":
        statements(node, "__reach");
        break;
      case "YulBlock":
        statements(node, "__yulReach");
        break;
      case "IfStatement":
      case "Conditional":
      case "ForStatement":
        branch(node["condition"], "__side");
        break;
      case "TryCatchClause": {
        if (!isNode(node["block"])) break;
        const [start, end] = range(node["block"]);
        edits.push({ at: start + 1, text: ` __reach(${probe(start, end, "statement")});`, rank: -1e9 });
        break;
      }
      case "BinaryOperation":
        if (node["operator"] === "&&" || node["operator"] === "||") {
          branch(node["leftExpression"], "__side");
          branch(node["rightExpression"], "__side");
        }
        break;
      case "FunctionCall": {
        const [called, first] = [node["expression"], node["arguments"]];
        if (isNode(called) && called["name"] === "require" && Array.isArray(first))
          branch(first[0], "__side");
        break;
      }
      case "YulIf":
      case "YulForLoop":
        branch(node["condition"], "__yulSide");
        break;
      case "InlineAssembly": {
        const [start] = range(node);
        const at = bytes.indexOf("{", start) + 1;
        edits.push({ at, text: yulProbes, rank: -1e12 });
        break;
      }
    }
  }

  // What a token sends its coin with is not enough gas for a probe: there, they are counted, but not put in.
  const bare = nodesWithin(tree)
    .filter((node) => node.nodeType === "FunctionDefinition" && node["kind"] === "receive")
    .map(range);
  const put = edits.filter(({ at }) => bare.every(([start, end]) => at < start || at >= end));

  // At one place, what closes comes before what opens, and what is around opens first.
  put.sort((a, b) => a.at - b.at || a.rank - b.rank);
  let result = "";
  let at = 0;
  for (const edit of put) {
    result += text(at, edit.at) + edit.text;
    at = edit.at;
  }
  return `${asViews(result + text(at, bytes.length))}\nimport {__reach, __side} from "${probesFile}";\n`;
}

/** What calls a probe is not pure. */
export function asViews(source: string): string {
  return source.replace(/\bpure\b/g, "view");
}
