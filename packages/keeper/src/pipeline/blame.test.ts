import type { SettlementError } from "@walras/sdk";
import { AbiCoder } from "ethers";
import { expect } from "chai";
import { admitted, alice, randomHash, settlement, tokenA, tokenB } from "../../test/samples.ts";
import type { Chain } from "../chain/Chain.ts";
import { connectChain } from "../chain/connectChain.ts";
import type { StoredIntent } from "../domain.ts";
import { blame } from "./blame.ts";
import type { EncodedSettlement } from "./encode.ts";

const bob = "0x0000000000000000000000000000000000000B0b";

describe("putting a revert down to an intent", () => {
  const sums = { filledAmount: 0n, sold: 0n, bought: 0n, fee: 0n, surplus: 0n };
  const stored = (intent: ReturnType<typeof admitted>): StoredIntent => ({
    ...intent,
    ...sums,
    status: "open",
    reason: null,
    createdAt: 1,
    updatedAt: 1,
  });
  const seller = stored(admitted({ sellToken: tokenA, buyToken: tokenB }));
  const buyer = stored(admitted({ sellToken: tokenB, buyToken: tokenA }, { owner: bob }));
  const candidates = new Map([seller, buyer].map((intent) => [intent.intentHash as string, intent]));
  const encoded: EncodedSettlement = {
    tokens: [tokenA, tokenB],
    prices: [1n, 1n],
    fills: [seller, buyer].map(({ intentHash, owner }) => ({
      ...{ intentHash, owner },
      ...{ executed: 1000n, sold: 1000n, bought: 1000n, fee: 0n, surplus: 0n },
    })),
    value: { basis: "equilibrium", surplus: 0n, bound: 0n, gap: 0n, certified: true },
    calldata: "0x",
    to: tokenA,
  };
  const error = (name: string, args: SettlementError["args"], fillIndex: number | null): SettlementError => {
    return { name, args, fillIndex, message: "fill 0 is wrong" };
  };
  const transferFailed = error(
    "TransferFailed",
    { fill: 0n, token: tokenA, from: alice, to: bob, amount: 9n },
    0,
  );
  const hashes = async (failure: SettlementError, funds: bigint) => {
    const word = AbiCoder.defaultAbiCoder().encode(["uint256"], [funds]);
    const head = { number: 1, hash: randomHash(), parentHash: randomHash(), timestamp: 1, baseFeePerGas: 1n };
    const chain: Chain = {
      ...connectChain({ rpcUrl: "http://127.0.0.1:9", timeoutMs: 1 }),
      latestBlock: () => Promise.resolve(head),
      callMany: (requests) =>
        Promise.resolve(
          requests.map(() => ({
            ok: true,
            data: word.startsWith("0x") ? (`0x${word.slice(2)}` as const) : "0x",
          })),
        ),
    };
    const blamed = await blame(failure, encoded, candidates, { chain, settlement, keeper: settlement });
    return blamed.map(({ intentHash }) => intentHash);
  };

  it("follows the contract where it names a fill, and names nobody where it does not", async () => {
    expect(await hashes(error("OutcomeNotMet", { fill: 1n }, 1), 0n)).to.deep.equal([buyer.intentHash]);
    expect(await hashes(error("Empty", {}, null), 0n)).to.be.empty;
    expect(await hashes(error("Odd", { fill: 7n }, 7), 0n)).to.be.empty;
  });

  it("takes a failed transfer for the seller's fault who cannot pay", async () => {
    expect(await hashes(transferFailed, 999n)).to.deep.equal([seller.intentHash]);
  });

  it("suspects the receiver too where the seller can pay", async () => {
    expect(await hashes(transferFailed, 1000n)).to.deep.equal([seller.intentHash, buyer.intentHash]);
  });
});
