import { expect } from "chai";
import { withWorld } from "../test/hooks.ts";
import { type World } from "../test/world.ts";
import { checkDeployment } from "./deployment.ts";
import { KeeperError } from "./errors.ts";

describe("checking the deployment", function () {
  this.timeout(300_000);
  let world: World;
  withWorld((started) => void (world = started));

  const check = async (identity: Partial<Parameters<typeof checkDeployment>[1]>) => {
    try {
      await checkDeployment(world.local.chain, { chainId: 31337, settlement: world.settlement, ...identity });
      return "ours";
    } catch (error) {
      return error instanceof KeeperError ? error.code : String(error);
    }
  };

  it("passes our contract on the configured chain, and no other contract, account or chain", async () => {
    expect(await check({})).to.equal("ours");
    expect(await check({ chainId: 1 })).to.equal("InvalidConfig");
    expect(await check({ settlement: world.tokens[0] })).to.equal("WrongDeployment");
    expect(await check({ settlement: world.owner(1) })).to.equal("WrongDeployment");
  });

  it("tells a node that does not answer from a wrong one", async () => {
    world.local.fault = () => "drop";
    expect(await check({})).to.equal("NodeUnreachable");
    world.local.fault = () => null;
  });
});
