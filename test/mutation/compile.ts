/** The compiler in this process: as the contracts are deployed, or faster; no source maps. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";

const root = new URL("../../", import.meta.url);

/** As far as solc's JavaScript interface is used here. */
type Solc = { compile: (input: string) => string };

/** @param require resolves from where it was made */
export function loadCompiler(require: NodeJS.Require): Solc {
  const loaded: unknown = require("solc");
  const compile = member(loaded, "compile");
  if (typeof compile !== "function") throw new TypeError("solc expected");
  return { compile: (input) => String(Reflect.apply(compile, loaded, [input])) };
}
const solc = loadCompiler(createRequire(import.meta.url));

export type Sources = Map<string, string>;

/** A file and all that it imports, by their names in the project. */
export function readSources(...files: readonly string[]): Sources {
  const sources: Sources = new Map();
  const add = (name: string) => {
    if (sources.has(name)) return;
    const path = name.startsWith("@") ? new URL(import.meta.resolve(name)) : new URL(name, root);
    const content = readFileSync(fileURLToPath(path), "utf8");
    sources.set(name, content);
    for (const [, imported = ""] of content.matchAll(/^\s*(?:import|\})[^;"]*from "([^"]+)";/gm)) {
      add(imported.startsWith(".") ? posix.join(posix.dirname(name), imported) : imported);
    }
  };
  files.forEach(add);
  return sources;
}

export type Compiled = {
  errors: string[];
  bytecode: (file: string, contract: string) => string;
  ast: (file: string) => unknown;
};

/**
 * How well it is optimized. "checked": not even translated, there is only what is wrong with it. "deployed": as it will be, using that much gas. "quick": in half the time, and small enough for
 * the chain; no step compares constants (`s` would), or none of the switches in schema.ts would be left.
 */
export type Effort = "deployed" | "quick" | "checked";
const optimizers: Readonly<Record<Effort, object>> = {
  checked: { enabled: false },
  deployed: { enabled: true },
  quick: {
    enabled: true,
    runs: 1,
    details: {
      peephole: true,
      inliner: true,
      jumpdestRemover: true,
      deduplicate: true,
      orderLiterals: false,
      cse: false,
      constantOptimizer: false,
      yul: true,
      yulDetails: {
        stackAllocation: true,
        optimizerSteps: "dhfoDgvulfnxaEcLMcCTUtTOntnfDIulLcuLcTOcVjmul:fDnTOc",
      },
    },
  },
};

/**
 * @param wanted the contracts whose creation bytecode is wanted, by file; none for the syntax trees only
 * @param runs how often each opcode is expected to run, where the effort is "deployed"
 */
export function compile(
  sources: Sources,
  wanted: Readonly<Record<string, string>>,
  effort: Effort = "quick",
  runs = 1_000_000,
): Compiled {
  const isTree = Object.keys(wanted).length === 0;
  const outputSelection = isTree
    ? { "*": { "": ["ast"] } }
    : Object.fromEntries(
        Object.entries(wanted).map(([file, name]) => [
          file,
          { [name]: [effort === "checked" ? "abi" : "evm.bytecode.object"] },
        ]),
      );
  const output: unknown = JSON.parse(
    solc.compile(
      JSON.stringify({
        language: "Solidity",
        sources: Object.fromEntries([...sources].map(([name, content]) => [name, { content }])),
        settings: {
          viaIR: true,
          evmVersion: "cancun",
          optimizer: { runs, ...optimizers[effort] },
          debug: { debugInfo: [] },
          metadata: { bytecodeHash: "none", appendCBOR: false },
          outputSelection,
        },
      }),
    ),
  );
  const errors = member(output, "errors");
  return {
    errors: (Array.isArray(errors) ? errors : [])
      .filter((error) => member(error, "severity") === "error")
      .map((error) => String(member(error, "formattedMessage"))),
    bytecode: (file, contract) =>
      `0x${String(member(output, "contracts", file, contract, "evm", "bytecode", "object"))}`,
    ast: (file) => member(output, "sources", file, "ast"),
  };
}

/** What lies behind the keys, or undefined. */
export function member(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (inner, key) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}
