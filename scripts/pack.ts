/**
 * `npm run pack`: compiles the packages to JavaScript with declarations, and packs each as npm would publish it, into dist/.
 * Prints where the archives are; `npm install` takes them.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import manifest from "../package.json" with { type: "json" };

const root = join(import.meta.dirname, "..");
const packages = join(root, "packages");
/** It writes the entries of `publishConfig` and real versions into the manifest; npm does neither. */
const { packageManager } = manifest.config;

const target = join(root, "dist");
const names = readdirSync(packages);

// What is left of files that are no more would be packed too.
for (const name of names) rmSync(join(packages, name, "dist"), { recursive: true, force: true });
rmSync(target, { recursive: true, force: true });
mkdirSync(target);

run("tsc", ["--build", ...names.map((name) => join(packages, name, "tsconfig.build.json"))], root);
for (const name of names) {
  run(
    "npx",
    ["--yes", packageManager, "--silent", "pack", "--pack-destination", target],
    join(packages, name),
  );
}
for (const archive of readdirSync(target)) console.log(relative(process.cwd(), join(target, archive)));

function run(command: string, args: string[], cwd: string): void {
  // Standard output is for the names of the archives.
  const { status } = spawnSync(command, args, { cwd, stdio: ["ignore", 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}
