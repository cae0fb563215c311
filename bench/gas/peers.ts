/** Builds and reads what Walras is measured against: the peers' contracts from npm, and the floors. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import config from "./hardhat.config.ts";
import type { Artifact } from "./world.ts";

export type PeerArtifacts = {
  /** A contract that this bench compiles. */
  compiled: (name: string) => Promise<Artifact>;
  /** A contract of which `@cowprotocol/contracts` ships the bytecode. */
  cow: (name: string) => Promise<Artifact>;
};

/** Compiles what is not compiled yet: about a minute and a half the first time, mostly for Seaport. */
export async function buildPeers(): Promise<PeerArtifacts> {
  const hre = await createHardhatRuntimeEnvironment(
    config,
    { config: join(import.meta.dirname, "hardhat.config.ts") },
    join(import.meta.dirname, ".."),
  );
  await hre.tasks.getTask("build").run({ quiet: true });
  const require = createRequire(import.meta.url);
  return {
    compiled: (name) => hre.artifacts.readArtifact(name),
    cow: async (name) => {
      const file = require.resolve(`@cowprotocol/contracts/lib/contracts/${name}.json`);
      return JSON.parse(await readFile(file, "utf8")) as Artifact;
    },
  };
}
