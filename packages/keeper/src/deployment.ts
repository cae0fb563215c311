import { parseAddress, parseHex, type Address } from "@walras/sdk";
import { Interface } from "ethers";
import type { Chain } from "./chain/Chain.ts";
import { KeeperError } from "./errors.ts";

const eip5267 = new Interface([
  "function eip712Domain() view returns (bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)",
]);

/**
 * Checks that the node is of the configured chain and that the settlement contract there is one of ours: that intents
 * signed for "Walras" version "1" on this chain are what it settles.
 *
 * @throws KeeperError `InvalidConfig` for another chain; `WrongDeployment`; `NodeUnreachable`
 */
export async function checkDeployment(
  chain: Pick<Chain, "chainId" | "call">,
  { chainId, settlement }: { chainId: number; settlement: Address },
): Promise<void> {
  const actual = await chain.chainId();
  if (actual !== chainId) {
    throw new KeeperError("InvalidConfig", {
      source: "the node",
      key: "chain.chainId",
      problem: `is ${chainId}, but the node at chain.rpcUrl serves chain ${actual}`,
      hint: "Set chain.chainId and chain.rpcUrl to one and the same chain.",
    });
  }
  const data = parseHex(eip5267.encodeFunctionData("eip712Domain"), "data");
  const answer = await chain.call({ to: settlement, data });
  const wrong = new KeeperError("WrongDeployment", { settlement, chainId });
  if (!answer.ok) throw wrong;
  let domain: unknown[];
  try {
    domain = Array.from<unknown>(eip5267.decodeFunctionResult("eip712Domain", answer.data));
  } catch {
    throw wrong;
  }
  const [, name, version, domainChainId, contract] = domain;
  const ours =
    name === "Walras" &&
    version === "1" &&
    domainChainId === BigInt(chainId) &&
    parseAddress(contract) === settlement;
  if (!ours) throw wrong;
}
