import { createServer, type Server } from "node:http";
import { type Address, parseAddress, parseHex } from "@walras/sdk";
import { AbiCoder, Transaction } from "ethers";
import { expect } from "chai";
import { artifacts, erc20, startLocalChain, walletOf, type LocalChain } from "../../test/localChain.ts";
import { KeeperError } from "../errors.ts";
import { revertDataOf } from "./answers.ts";
import { connectChain } from "./connectChain.ts";
import { RpcError } from "./jsonRpc.ts";
import { readOwnerStates } from "./ownerState.ts";

const rich = parseAddress(walletOf(1).address);
const poor = parseAddress("0x000000000000000000000000000000000000dEaD");

async function errorOf(promise: Promise<unknown>): Promise<KeeperError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof KeeperError) return error;
    throw error;
  }
  throw new Error("it went well");
}

describe("a chain behind JSON-RPC", function () {
  this.timeout(300_000);
  let local: LocalChain;
  let token: Address;

  before(async () => {
    local = await startLocalChain();
    token = await local.deploy(artifacts.token, ["string", "string", "uint8"], ["Token", "TKN", 18]);
  });
  after(() => local.close());
  afterEach(() => {
    local.fault = () => null;
  });

  const balanceOf = (owner: Address) => parseHex(erc20.encodeFunctionData("balanceOf", [owner]), "data");

  it("reads blocks, accounts, code, fees and sync state", async () => {
    const { chain } = local;
    const head = await chain.latestBlock();
    expect(await chain.chainId()).to.equal(31337);
    expect(head.number).to.equal(1);
    expect(head.baseFeePerGas > 0n).to.equal(true);
    expect(await chain.blockByNumber(1)).to.deep.equal(head);
    expect((await chain.blockByNumber(0))?.hash).to.equal(head.parentHash);
    expect(await chain.blockByNumber(99)).to.equal(null);
    expect(await chain.accountNonce(parseAddress(walletOf(0).address), "latest")).to.equal(1);
    expect(await chain.accountNonce(rich, head)).to.equal(0);
    expect(await chain.balance(poor)).to.equal(0n);
    expect(await chain.code(poor)).to.equal("0x");
    expect((await chain.code(token)).length).to.be.greaterThan(2);
    expect((await chain.fees()).baseFeePerGas > 0n).to.equal(true);
    expect(await chain.syncing()).to.equal(false);
    expect(await chain.receipt(head.hash)).to.equal(null);
  });

  it("asks many calls of one block in few requests, and keeps their order", async () => {
    const { chain } = local;
    await local.send(rich, token, erc20.encodeFunctionData("mint", [rich, 5n]));
    const before = await chain.latestBlock();
    await local.send(rich, token, erc20.encodeFunctionData("mint", [rich, 5n]));
    const requests = Array.from({ length: 250 }, (_, i) => ({
      to: token,
      data: balanceOf(i % 2 === 0 ? rich : poor),
    }));
    const outcomes = await chain.callMany(requests, before);
    expect(outcomes).to.have.length(250);
    outcomes.forEach((outcome, i) => {
      expect(outcome.ok && BigInt(outcome.data)).to.equal(i % 2 === 0 ? 5n : 0n);
    });
    expect(await chain.callMany([], before)).to.be.empty;
  });

  it("answers a revert with its data, in calls, many calls and estimates", async () => {
    const { chain } = local;
    const request = {
      to: token,
      from: poor,
      data: parseHex(erc20.encodeFunctionData("transfer", [rich, 1n]), "d"),
    };
    const expected = new RegExp(`^0xe450d38c.*${poor.slice(2).toLowerCase()}`);
    const [one] = await chain.callMany([request], await chain.latestBlock());
    for (const outcome of [await chain.call(request), one!, await chain.estimateGas(request)]) {
      expect(!outcome.ok && outcome.revertData).to.match(expected);
    }
    for (const gas of [21_500n, 22_200n]) {
      const starved = await chain.call({ to: token, data: balanceOf(rich), gas });
      expect(starved).to.deep.equal({ ok: false, revertData: "0x" });
    }
  });

  it("broadcasts, takes a transaction that is known as sent, and passes a refusal on", async () => {
    const { chain } = local;
    const wallet = walletOf(5);
    const { baseFeePerGas } = await chain.fees();
    const sign = (nonce: number) => {
      const maxFeePerGas = baseFeePerGas * 2n;
      const fields = { chainId: 31337, type: 2, nonce, to: poor, gasLimit: 21_000n, maxFeePerGas, value: 1n };
      const transaction = Transaction.from({ ...fields, maxPriorityFeePerGas: 1n });
      transaction.signature = wallet.signingKey.sign(transaction.unsignedHash);
      return { raw: parseHex(transaction.serialized, "raw"), hash: parseHex(transaction.hash, "hash") };
    };
    await local.request("evm_setAutomine", [false]);
    const first = sign(0);
    await chain.broadcast(first.raw);
    await chain.broadcast(first.raw);
    expect(await chain.accountNonce(parseAddress(wallet.address), "pending")).to.equal(1);
    await local.mine();
    await local.request("evm_setAutomine", [true]);
    expect(await chain.receipt(first.hash)).to.include({ succeeded: true, gasUsed: 21_000n });
    const refused = await errorOf(chain.broadcast(first.raw));
    expect(refused).to.include({ code: "BroadcastRefused", retryable: true });
    expect(refused.message).to.match(/nonce/i);
  });

  it("finds logs by address and topics, oldest first", async () => {
    const { chain } = local;
    const head = await chain.latestBlock();
    for (const amount of [1n, 2n]) {
      await local.send(rich, token, erc20.encodeFunctionData("mint", [poor, amount]));
    }
    const to = parseHex(AbiCoder.defaultAbiCoder().encode(["address"], [poor]), "topic");
    const range = { address: token, fromBlock: head.number + 1, toBlock: head.number + 2 };
    const logs = await chain.logs({ ...range, topics: [null, null, to] });
    expect(logs.map(({ data }) => BigInt(data))).to.deep.equal([1n, 2n]);
    expect(await chain.logs({ ...range, topics: [null, to] })).to.be.empty;
  });

  it("reads owners' states, and takes a contract that is no token for empty", async () => {
    const settlement = await local.deploySettlement();
    await local.send(rich, token, erc20.encodeFunctionData("approve", [settlement, 3n]));
    const query = { intentHash: "0x" as const, owner: rich, nonce: 1n, byApproval: false };
    const head = await local.chain.latestBlock();
    const [one, same, none] = await readOwnerStates(local.chain, settlement, head, [
      { ...query, sellToken: token },
      { ...query, sellToken: token },
      { ...query, sellToken: poor },
    ]);
    expect(one).to.deep.equal({
      balance: 10n,
      allowance: 3n,
      nonceSpent: false,
      filledAmount: 0n,
      approved: false,
    });
    expect(same).to.deep.equal(one);
    expect(none).to.deep.include({ balance: 0n, allowance: 0n });
  });

  describe("when the node fails", () => {
    it("says so within the time limit when it hangs, in the middle of a batch too", async () => {
      const chain = connectChain({ rpcUrl: local.rpcUrl, timeoutMs: 100 });
      local.fault = () => "hang";
      for (const promise of [
        chain.latestBlock(),
        local.request("eth_blockNumber").then(() => chain.callMany([{ to: token, data: "0x" }], sampleBlock)),
      ]) {
        expect((await errorOf(promise)).message).to.include("no answer within 100 ms");
      }
    });

    it("says so when it is gone, answers nonsense or leaves calls of a batch out", async () => {
      for (const fault of ["drop", "http500"] as const) {
        local.fault = () => fault;
        expect(await errorOf(local.chain.latestBlock())).to.include({
          code: "NodeUnreachable",
          retryable: true,
        });
      }
      const nowhere = connectChain({ rpcUrl: "http://127.0.0.1:9", timeoutMs: 1000 });
      expect((await errorOf(nowhere.chainId())).code).to.equal("NodeUnreachable");

      for (const [answer, words] of [
        ["[]", "without answer"],
        ["{}", "does not answer a JSON-RPC batch"],
        ['[{"id":1,"error":{"code":-32005,"message":"limit exceeded"}}]', "limit exceeded"],
      ] as const) {
        const server = await fixedServer(answer);
        const chain = connectChain({ rpcUrl: server.url, timeoutMs: 1000 });
        const error = await errorOf(chain.callMany([{ to: token, data: "0x" }], sampleBlock));
        expect(error.message).to.include(words);
        server.close();
      }
      const malformed = await fixedServer('{"id":1,"result":{"number":"12"}}');
      const chain = connectChain({ rpcUrl: malformed.url, timeoutMs: 1000 });
      expect((await errorOf(chain.latestBlock())).message).to.include("malformed");
      malformed.close();
    });

    it("ends what is under way when it is told to stop", async () => {
      const stop = new AbortController();
      const chain = connectChain({ rpcUrl: local.rpcUrl, timeoutMs: 60_000, signal: stop.signal });
      local.fault = () => "hang";
      const call = errorOf(chain.latestBlock());
      setTimeout(() => stop.abort(), 20);
      expect((await call).message).to.include("stopping");
    });
  });
});

describe("revert data", () => {
  it("is found in the shape of each node", () => {
    const data = "0x08c379a0";
    for (const error of [
      new RpcError(3, "execution reverted: x", data),
      new RpcError(-32603, "Internal error", { message: "VM Exception", txHash: "0x1", data }),
      new RpcError(-32603, "Internal error", { originalError: 1, data: { data } }),
      new RpcError(-32015, "VM execution error.", `Reverted ${data}`),
    ]) {
      expect(revertDataOf(error)).to.equal(data);
    }
  });

  it("is empty where the node hides it, and absent where it was not the call that failed", () => {
    expect(revertDataOf(new RpcError(-32000, "execution reverted", undefined))).to.equal("0x");
    expect(revertDataOf(new RpcError(-32000, "gas required exceeds allowance (1)", undefined))).to.equal(
      "0x",
    );
    expect(revertDataOf(new RpcError(3, "?", undefined))).to.equal("0x");
    expect(revertDataOf(new RpcError(-32000, "header not found", undefined))).to.equal(null);
    expect(revertDataOf(new RpcError(-32601, "method not found", { data: "none" }))).to.equal(null);
  });
});

const zeroHash = `0x${"00".repeat(32)}` as const;
const sampleBlock = { number: 1, hash: zeroHash, parentHash: zeroHash, timestamp: 1, baseFeePerGas: 1n };

async function fixedServer(answer: string): Promise<{ url: string; close(): void }> {
  const server: Server = createServer((_, response) => response.end(answer));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}
