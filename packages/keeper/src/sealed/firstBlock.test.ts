import { expect } from "chai";
import fc from "fast-check";
import pino from "pino";
import { auction, randomHash } from "../../test/samples.ts";
import { connectChain } from "../chain/connectChain.ts";
import { RpcError } from "../chain/jsonRpc.ts";
import { KeeperError } from "../errors.ts";
import { firstBlockOf } from "./firstBlock.ts";

const headAt = (number: number) => ({
  ...{ number, hash: randomHash(), parentHash: randomHash() },
  ...{ timestamp: 1, baseFeePerGas: 1n },
});

/** @param answer whether there is code at a block */
async function find(answer: (block: number) => boolean, head: number) {
  const [asked, lines]: [number[], string[]] = [[], []];
  const logger = pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
  const code = (_: string, at?: number) => {
    asked.push(at ?? -1);
    return Promise.resolve(answer(at ?? head) ? ("0x60" as const) : ("0x" as const));
  };
  const served = { auction, chainId: 31337 };
  return { asked, lines, block: await firstBlockOf(served, headAt(head), { chain: { code }, logger }) };
}

describe("the first block of an auction", () => {
  it("is the one in which it was deployed, found by halving", async () => {
    const range = fc.integer({ min: 0, max: 30_000_000 });
    await fc.assert(
      fc.asyncProperty(range, range, async (one, other) => {
        const [deployed, head] = [Math.min(one, other), Math.max(one, other)];
        const { block, asked } = await find((at) => at >= deployed, head);
        expect(block).to.equal(deployed);
        expect(asked.length).to.be.at.most(25);
      }),
    );
  });

  it("is 0 where the node keeps no old states, and the log says what would help", async () => {
    const refuse = () => {
      const cause = new RpcError(-32_000, "missing trie node", undefined);
      throw new KeeperError("NodeUnreachable", { problem: cause.message }, { cause });
    };
    const { block, lines } = await find(refuse, 1_000_000);
    expect(block).to.equal(0);
    expect(lines.join()).to.include("missing trie node").and.include("auctions.fromBlock");
  });

  it("is not guessed where the node does not answer", async () => {
    const chain = connectChain({ rpcUrl: "http://127.0.0.1:9", timeoutMs: 1000 });
    const logger = pino({ level: "silent" });
    try {
      await firstBlockOf({ auction, chainId: 31337 }, headAt(9), { chain, logger });
      expect.fail("it was guessed");
    } catch (error) {
      expect(error).to.include({ code: "NodeUnreachable" });
    }
  });
});
