/**
 * Compiles the loops of the engine, which are written in AssemblyScript in packages/solver/kernel, to WebAssembly, and
 * writes the binary into the package as a TypeScript module, so that nothing has to be compiled where it is installed.
 *
 *   node scripts/generate-kernel.ts           writes packages/solver/src/engine/kernelBinary.ts
 *   node scripts/generate-kernel.ts --check   fails if that file is not what would be written
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { main } from "assemblyscript/asc";
import { format, resolveConfig } from "prettier";

const root = join(import.meta.dirname, "..");
const binaryFile = join(root, "packages/solver/src/engine/kernelBinary.ts");
/** Memory that grows without taking from those who hold a piece of it, which is what shared memory does. */
const memory = ["--importMemory", "--sharedMemory", "--initialMemory", "1", "--maximumMemory", "65536"];

let binary: Uint8Array | undefined;
const { error } = await main(
  [
    "packages/solver/kernel/index.ts",
    ...["--baseDir", root, "--outFile", "kernel.wasm", "-O3", "--noAssert", "--runtime", "stub"],
    ...["--enable", "simd", "--enable", "threads", "--noExportMemory", ...memory],
  ],
  {
    stderr: process.stderr,
    writeFile: (_name: string, contents: Uint8Array | string) => {
      if (typeof contents !== "string") binary = contents;
    },
  },
);
if (error !== null || binary === undefined) throw new Error("the kernel does not compile", { cause: error });

const source = `/** packages/solver/kernel, compiled. Made by scripts/generate-kernel.ts; do not edit. */
export const binary = "${Buffer.from(binary).toString("base64")}";
`;
const text = await format(source, { ...(await resolveConfig(binaryFile)), filepath: binaryFile });
if (!process.argv.includes("--check")) {
  await writeFile(binaryFile, text);
} else if ((await readFile(binaryFile, "utf8")) !== text) {
  console.error("kernelBinary.ts is out of date: run `node scripts/generate-kernel.ts`.");
  process.exitCode = 1;
}
