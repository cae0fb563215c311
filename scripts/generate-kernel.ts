/**
 * Compiles the loops of the engine, which are written in AssemblyScript in packages/solver/kernel, to WebAssembly, and
 * writes the binary into the package as a TypeScript module, so that nothing has to be compiled where it is installed.
 *
 *   node scripts/generate-kernel.ts           writes packages/solver/src/engine/kernelBinary.ts
 *   node scripts/generate-kernel.ts --check   fails if that file is not what would be written
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";

const root = join(import.meta.dirname, "..");
const binaryFile = join(root, "packages/solver/src/engine/kernelBinary.ts");
// By its command: the types of its library would change those of arrays in all of this project.
const compiler = join(root, "node_modules/assemblyscript/bin/asc.js");
/** Plain memory, which every web page has; shared memory is only for pages that are isolated from others. */
const memory = ["--importMemory", "--noExportMemory", "--initialMemory", "1"];
const optimised = ["-O3", "--noAssert", "--runtime", "stub"];
const features = ["--enable", "simd"];

function compile(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "walras-kernel-"));
  try {
    const outFile = join(folder, "kernel.wasm");
    const options = ["--outFile", outFile, ...optimised, ...features, ...memory];
    execFileSync(process.execPath, [compiler, "packages/solver/kernel/index.ts", ...options], {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
    });
    return readFileSync(outFile);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const source = `/** packages/solver/kernel, compiled. Made by scripts/generate-kernel.ts; do not edit. */
export const binary = "${compile().toString("base64")}";
`;
const text = await format(source, { ...(await resolveConfig(binaryFile)), filepath: binaryFile });
if (!process.argv.includes("--check")) {
  writeFileSync(binaryFile, text);
} else if (readFileSync(binaryFile, "utf8") !== text) {
  console.error("kernelBinary.ts is out of date: run `node scripts/generate-kernel.ts`.");
  process.exitCode = 1;
}
