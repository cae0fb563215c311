/**
 * Runs Solidity tests in the folder of a build, list after list as it is told, so that Hardhat starts once: for a mutant that
 * takes longer than the tests.
 */
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import config from "../../hardhat.config.ts";
import { doneMarker, type TestList } from "./TestWorker.ts";

const hardhat = await createHardhatRuntimeEnvironment(config, {}, process.cwd());

process.on("message", ({ files, profile }: TestList) => {
  hardhat.tasks
    .getTask(["test", "solidity"])
    .run({ noCompile: true, testFiles: [...files], testProfile: profile })
    .then(
      (result: { success?: boolean }) => console.log(`${doneMarker}${result.success === true}`),
      () => console.log(`${doneMarker}false`),
    );
});
