/** A copy of what the last build has made, in which contracts can be replaced by changed ones. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Code } from "./targets.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

export type BuildCopy = {
  /** Where Hardhat can run the tests, without compiling anything. */
  folder: string;
  /** Replaces contracts. */
  put: (code: Code) => void;
  close: () => void;
};

export function copyBuild(): BuildCopy {
  const folder = mkdtempSync(join(tmpdir(), "walras-build-"));
  for (const name of ["contracts", "test", "node_modules", "packages", "deploy"]) {
    symlinkSync(join(root, name), join(folder, name));
  }
  for (const name of ["artifacts", "cache", "hardhat.config.ts", "package.json"]) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  const put = (code: Code) => {
    for (const [path, bytecode] of code) {
      const file = join(folder, "artifacts", `${path}.json`);
      const artifact = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
      writeFileSync(file, JSON.stringify({ ...artifact, bytecode }));
    }
  };
  return { folder, put, close: () => rmSync(folder, { recursive: true }) };
}
