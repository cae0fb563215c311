/**
 * `npm run test:smt`: proves the properties of PriceProofs.sol for all arguments. The compiler's model checker writes the
 * queries (bounded model checking, which is complete here: there are no loops), Z3 from npm answers them, and the compiler
 * says what that proves. To see that no proof is empty, each assertion is then denied, and must not be provable.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { init } from "z3-solver";
import { loadCompiler, member } from "../mutation/compile.ts";

const file = "test/smt/PriceProofs.sol";
const library = "contracts/libraries/FillMath.sol";
const root = new URL("../../", import.meta.url);
const read = (name: string) => readFileSync(new URL(name, root), "utf8");

/** Steps of the solver for each query, not seconds, so that no machine is too slow. A query without an answer is not proved. */
const limit = 400_000_000;
const limitOfDenials = 4_000_000;

type Finding = { function: string; line: number; isProved: boolean };

const solc = loadCompiler(createRequire(import.meta.url));
const { Z3 } = await init();

const proofs = read(file);
const findings = await check(proofs, ["assert", "overflow"], limit);
const denials = await check(deny(proofs), ["assert"], limitOfDenials);

for (const [name, found] of Map.groupBy(findings, (finding) => finding.function)) {
  const open = found.filter(({ isProved }) => !isProved);
  const lines = open.map(({ line }) => `line ${line}`).join(", ");
  console.log(
    `${open.length === 0 ? "proved" : "OPEN  "} ${name} (${found.length} conditions${lines && `; ${lines}`})`,
  );
}
const empty = denials.filter(({ isProved }) => isProved);
for (const { function: name } of empty) console.log(`EMPTY  ${name}: what it requires never holds`);
const proved = findings.filter(({ isProved }) => isProved).length;
console.log(`${proved} of ${findings.length} conditions proved, for all amounts and prices of 128 bits`);
const asserted = proofs.match(/\bassert\(/g)?.length ?? 0;
const isComplete = denials.length === asserted && findings.length >= asserted;
if (!isComplete) console.log(`${asserted} assertions, ${denials.length} of them denied`);
// Also ends the solver's threads.
process.exit(isComplete && proved === findings.length && empty.length === 0 ? 0 : 1);

/** The source with every `assert(claim)` turned into `assert(!(claim))`. */
function deny(source: string): string {
  const [head = "", ...tails] = source.split("assert(");
  return tails.reduce((denied, tail) => {
    let depth = 1;
    let end = 0;
    while (depth > 0) depth += { "(": 1, ")": -1 }[tail[end++] ?? ")"] ?? 0;
    return `${denied}assert(!(${tail.slice(0, end)})${tail.slice(end)}`;
  }, head);
}

/** What the compiler says of each condition, once the solver has answered. */
async function check(source: string, targets: readonly string[], steps: number): Promise<Finding[]> {
  const sources = { [file]: { content: source }, [library]: { content: read(library) } };
  const compile = (smtlib2responses: Record<string, string>): unknown =>
    JSON.parse(
      solc.compile(
        JSON.stringify({
          language: "Solidity",
          sources,
          settings: {
            outputSelection: { "*": { "*": ["metadata"] } },
            modelChecker: {
              engine: "bmc",
              solvers: ["smtlib2"],
              contracts: { [file]: ["PriceProofs"] },
              targets,
              showUnproved: true,
              showProvedSafe: true,
            },
          },
          auxiliaryInput: { smtlib2responses },
        }),
      ),
    );

  const queries = member(compile({}), "auxiliaryInputRequested", "smtlib2queries");
  const answers: Record<string, string> = {};
  if (typeof queries === "object" && queries !== null) {
    for (const [hash, query] of Object.entries(queries)) answers[hash] = await solve(String(query), steps);
  }
  const messages = member(compile(answers), "errors");
  return (Array.isArray(messages) ? messages : []).flatMap((message) => finding(source, message));
}

/** "unsat", "sat" with a model, or "unknown". */
async function solve(query: string, steps: number): Promise<string> {
  const config = Z3.mk_config();
  const context = Z3.mk_context(config);
  Z3.del_config(config);
  try {
    // The compiler's own limit is a small one.
    const limited = query.replace(/\(set-option :rlimit \d+\)/, `(set-option :rlimit ${steps})`);
    return await Z3.eval_smtlib2_string(context, limited);
  } finally {
    Z3.del_context(context);
  }
}

function finding(source: string, message: unknown): Finding[] {
  const text = String(member(message, "message"));
  const start = member(message, "sourceLocation", "start");
  if (!text.startsWith("BMC: ") || typeof start !== "number") return [];
  const before = source.slice(0, start);
  const name = [...before.matchAll(/function (\w+)\(/g)].at(-1)?.[1] ?? "?";
  return [{ function: name, line: before.split("\n").length, isProved: text.includes("is safe") }];
}
