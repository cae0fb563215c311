/**
 * `npm run test:mutation`: changes the contracts in every small way that the mutants know, and asks of each whether a test
 * notices. Campaigns against the references come first, where there are references, as they take milliseconds; what they leave
 * open is put to the other tests. Writes results/ as it goes on, and takes up where it was while the contracts are the
 * same.
 *
 *   npm run test:mutation                                        all
 *   npm run test:mutation -- --target auction                    all of one
 *   npm run test:mutation -- --only contracts/Settlement.sol:155 the mutants of one line, or of one file
 *   npm run test:mutation -- --quick                             only campaigns, the rest is left open
 *   npm run test:mutation -- --again                             those that had survived, once more
 *   npm run test:mutation -- --open                              only the other tests, for what campaigns have left open
 *   npm run test:mutation -- --open --again                      and for those that had survived
 *   npm run test:mutation -- --checks                            then names a test for each check, in docs/CHECKS.md
 */
import { parseArgs } from "node:util";
import { writeChecks } from "./checks.ts";
import { Judge, type Options } from "./Judge.ts";
import { readReasons } from "./results.ts";
import { targets } from "./targets.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    target: { type: "string" },
    quick: { type: "boolean", default: false },
    again: { type: "boolean", default: false },
    open: { type: "boolean", default: false },
    checks: { type: "boolean", default: false },
  },
});
const [onlyFile, onlyLine] = values.only?.split(":") ?? [];
const only: Options["only"] =
  onlyFile === undefined
    ? undefined
    : { file: onlyFile, ...(onlyLine === undefined ? {} : { line: Number(onlyLine) }) };
const wanted = targets.filter(
  ({ name, files }) =>
    (values.target ?? name) === name && (onlyFile === undefined || files.includes(onlyFile)),
);
if (wanted.length === 0) throw new RangeError(`There is no such target, or file: ${JSON.stringify(values)}`);

const reasons = readReasons();
const judges = wanted.map((target) => new Judge(target, reasons));
for (const judge of judges) {
  const { quick, again, open } = values;
  await judge.run({ quick, again, open, ...(only === undefined ? {} : { only }) });
}
if (values.checks) {
  for (const judge of judges) await judge.nameChecks();
  await writeChecks(
    targets.map((target) => judges.find((judge) => judge.target === target) ?? new Judge(target, reasons)),
  );
}
for (const { target, results } of judges) {
  console.log(target.name, results.count());
  for (const { id, status } of results.all()) if (status === "survived") console.log(`survived   ${id}`);
}
if (wanted.length === targets.length) {
  const known = new Set(judges.flatMap(({ mutants }) => mutants.map(({ id }) => id)));
  for (const id of reasons.keys())
    if (!known.has(id)) console.log(`no such mutant, in equivalent.json: ${id}`);
}
