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
  /** Replaces contracts; all others are what they were built to. */
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
  /** What has been replaced, as it was built. */
  const built = new Map<string, string>();
  const put = (code: Code) => {
    for (const [file, content] of built) writeFileSync(file, content);
    for (const [path, bytecode] of code) {
      const file = join(folder, "artifacts", `${path}.json`);
      const content = built.get(file) ?? readFileSync(file, "utf8");
      built.set(file, content);
      const artifact = JSON.parse(content) as Record<string, unknown>;
      writeFileSync(file, JSON.stringify({ ...artifact, bytecode }));
    }
  };
  return { folder, put, close: () => rmSync(folder, { recursive: true }) };
}
