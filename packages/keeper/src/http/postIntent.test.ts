import {
  buildIntent,
  compactSignature,
  encodeSettle,
  hashIntent,
  parseSignedIntent,
  serializeSignedIntent,
  signIntent,
  zeroAddress,
  type Hex,
  type KeeperErrorBody,
  type PostIntentBody,
  type SerializedIntent,
} from "@walras/sdk";
import { expect } from "chai";
import type { LightMyRequestResponse } from "fastify";
import { erc20 } from "../../test/localChain.ts";
import {
  bodyOf,
  keeperKey,
  settlementAbi,
  startApp,
  startMarket,
  viewOf,
  wallet1271,
  type Market,
  type TestApp,
} from "../../test/testApp.ts";
import { computeAddress, Interface } from "ethers";

describe("POST /v1/intents", function () {
  this.timeout(0);
  let market: Market;
  let test: TestApp;

  before(async () => {
    market = await startMarket();
    test = await startApp(market);
  });

  after(async () => {
    await test.close();
    await market.local.close();
  });

  afterEach(() => {
    market.local.fault = () => null;
  });

  /** The answer is this refusal, and whole. */
  function expectRefusal(answer: LightMyRequestResponse, status: number, code: string): KeeperErrorBody {
    const body = answer.json<KeeperErrorBody>();
    expect(`${answer.statusCode} ${body.code}`, body.message).to.equal(`${status} ${code}`);
    expect(Object.keys(body).sort()).to.deep.equal(["code", "hint", "message"]);
    expect(`${body.message} ${body.hint}`).not.to.match(/\{\w+\}/);
    expect(answer.headers["x-request-id"]).to.be.a("string");
    return body;
  }

  /** The body is refused so, and nothing is stored. */
  async function refuse(body: unknown, status: number, code: string): Promise<KeeperErrorBody> {
    const before = await test.store.counts();
    const refusal = expectRefusal(await test.post(body), status, code);
    expect(await test.store.counts()).to.deep.equal(before);
    return refusal;
  }

  /** A body whose intent was changed after it was signed. */
  async function changed(fields: Partial<Record<keyof SerializedIntent, unknown>>) {
    const body = await bodyOf(market);
    return { ...body, intent: { ...body.intent, ...fields } };
  }

  describe("takes", () => {
    it("a good intent: 201, stored, and the keeper told", async () => {
      const arrived = test.keeper.arrived;
      const body = await bodyOf(market);
      const answer = await test.post(body);
      expect(answer.statusCode).to.equal(201);
      const view = viewOf(answer);
      expect(view).to.include({ owner: market.rich, status: "open", filledAmount: "0", reason: null });
      expect(view.intent).to.deep.equal(body.intent);
      expect(view.intentHash).to.equal(hashIntent(parseSignedIntent(body).intent, market.domain));
      expect((await test.store.getIntent(view.intentHash))?.owner).to.equal(market.rich);
      expect(test.keeper.arrived).to.equal(arrived + 1);
    });

    it("the chain id of its own chain", async () => {
      const body = { ...(await bodyOf(market)), chainId: market.domain.chainId };
      expect((await test.post(body)).statusCode).to.equal(201);
    });

    it("a signature of 64 bytes", async () => {
      const body = await bodyOf(market);
      if (body.signature.scheme !== "ecdsa") throw new Error("not ECDSA");
      const signature = { scheme: "ecdsa", signature: compactSignature(body.signature.signature) };
      expect((await test.post({ ...body, signature })).statusCode).to.equal(201);
    });

    it("a duplicate: 200, the same answer, nothing stored twice", async () => {
      const body = await bodyOf(market);
      const first = await test.post(body);
      const before = await test.store.counts();
      const arrived = test.keeper.arrived;
      const second = await test.post(body);
      expect(second.statusCode).to.equal(200);
      expect(viewOf(second)).to.deep.equal(viewOf(first));
      expect(await test.store.counts()).to.deep.equal(before);
      expect(test.keeper.arrived).to.equal(arrived);
    });

    it("a duplicate without asking the node, and while the node is down", async () => {
      const body = await bodyOf(market);
      await test.post(body);
      market.local.fault = () => "drop";
      expect((await test.post(body)).statusCode).to.equal(200);
    });

    it("the same intent posted many times at once: one 201, the same answer to all", async () => {
      const body = await bodyOf(market);
      const before = await test.store.counts();
      const answers = await Promise.all(Array.from({ length: 20 }, () => test.post(body)));
      const statuses = answers.map(({ statusCode }) => statusCode).sort();
      expect(statuses).to.deep.equal([...Array<number>(19).fill(200), 201]);
      expect(new Set(answers.map(({ body: text }) => text)).size).to.equal(1);
      expect((await test.store.counts()).openIntents).to.equal(before.openIntents + 1);
    });

    it("an intent of the kind buy whose owner has less than its cap", async () => {
      const body = await bodyOf(market, { kind: "buy", sellAmount: 10n ** 30n, buyAmount: 5n });
      expect((await test.post(body)).statusCode).to.equal(201);
    });

    it("a partially fillable intent whose owner has less than the whole", async () => {
      const body = await bodyOf(market, { partiallyFillable: true, sellAmount: 10n ** 30n, buyAmount: 5n });
      expect((await test.post(body)).statusCode).to.equal(201);
    });

    it("an intent that only this keeper may settle", async () => {
      const body = await bodyOf(market, { settler: computeAddress(keeperKey) });
      expect((await test.post(body)).statusCode).to.equal(201);
    });
  });

  describe("refuses, as a call,", () => {
    const send = (payload: string, contentType?: string) =>
      test.call({
        method: "POST",
        url: "/v1/intents",
        headers: contentType === undefined ? {} : { "content-type": contentType },
        payload,
      });

    it("what is not JSON", async () => {
      expect((await refuse("{ nonsense", 400, "MalformedJson")).message).to.match(/position 2/);
      expect((await refuse("", 400, "MalformedJson")).message).to.equal("The body is not JSON: it is empty.");
      await refuse('{"__proto__": {"intent": {}}}', 400, "InvalidRequest");
    });

    it("another content type, or none", async () => {
      expectRefusal(await send("{}", "text/plain"), 415, "UnsupportedMediaType");
      expectRefusal(await send("{}", "application/xml"), 415, "UnsupportedMediaType");
      const none = await test.call({ method: "POST", url: "/v1/intents" });
      expectRefusal(none, 400, "InvalidRequest");
    });

    it("a body that is too large", async () => {
      const body = await changed({ conditionData: `0x${"ab".repeat(200_000)}` });
      const refusal = await refuse(body, 413, "BodyTooLarge");
      expect(refusal.message).to.include(String(test.config.http.bodyLimit));
    });

    it("JSON that is no object, a field that is missing, and one that is unknown, by their paths", async () => {
      expect((await refuse("[]", 400, "InvalidRequest")).message).to.equal(
        "The body must be of type object.",
      );
      expect((await refuse("null", 400, "InvalidRequest")).message).to.match(/^The body/);
      expect((await refuse("{}", 400, "InvalidRequest")).message).to.equal("intent is missing.");
      const { intent, signature } = await bodyOf(market);
      const { kind: _kind, ...rest } = intent;
      expect((await refuse({ intent: rest, signature }, 400, "InvalidRequest")).message).to.match(
        /^intent\.kind/,
      );
      const more = await refuse({ intent: { ...intent, tip: 1 }, signature }, 400, "InvalidRequest");
      expect(more.message).to.equal("intent has no field tip.");
    });

    it("fields of a wrong form, by their paths", async () => {
      const message = async (fields: Parameters<typeof changed>[0]) =>
        (await refuse(await changed(fields), 400, "InvalidRequest")).message;
      expect(await message({ receiver: "0x12" })).to.match(/^intent\.receiver must be an address/);
      expect(await message({ kind: "swap" })).to.equal('intent.kind must be "sell" or "buy".');
      expect(await message({ partiallyFillable: "yes" })).to.match(/^intent\.partiallyFillable must be/);
      expect(await message({ validTo: 2 ** 32 })).to.match(/^intent\.validTo must be at most/);
      expect(await message({ validTo: 1.5 })).to.match(/^intent\.validTo must be/);
      expect(await message({ nonce: (1n << 256n).toString() })).to.match(
        /^intent\.nonce must be from 0 to 2\^256/,
      );
      expect(await message({ conditionData: "0x123" })).to.match(/^intent\.conditionData must be bytes/);
      const mistyped = market.rich.replace(/[a-f]/, (letter) => letter.toUpperCase());
      expect(await message({ receiver: mistyped })).to.match(/^intent\.receiver must be an address/);
    });

    it("another chain", async () => {
      const body = { ...(await bodyOf(market)), chainId: 1 };
      const refusal = await refuse(body, 400, "WrongChain");
      expect(refusal.message).to.include("chain 1;").and.include(String(market.domain.chainId));
    });
  });

  describe("refuses, as an intent,", () => {
    it("amounts that are zero, negative, fractional, no string, or beyond uint128", async () => {
      const beyond = (1n << 128n).toString();
      for (const value of ["0", "-1", "1.5", "1e3", 1000, "", beyond, "9".repeat(79)]) {
        const refusal = await refuse(await changed({ sellAmount: value }), 400, "InvalidAmount");
        expect(refusal.message).to.match(/^intent\.sellAmount must/);
      }
      await refuse(await changed({ buyAmount: "0" }), 400, "InvalidAmount");
      for (const field of ["buyAmount", "startBuyAmount", "maxFee", "feePerWei"] as const) {
        await refuse(await changed({ [field]: beyond }), 400, "InvalidAmount");
      }
    });

    it("one and the same token on both sides", async () => {
      await refuse(await changed({ buyToken: market.tokenA }), 400, "SameToken");
    });

    it("the chain's own coin", async () => {
      await refuse(await changed({ buyToken: zeroAddress }), 400, "UnknownToken");
    });

    it("a sell token or a buy token that is no contract, or no token", async () => {
      const nobody = market.poor;
      const sell = await refuse(await bodyOf(market, { sellToken: nobody }), 400, "UnknownToken");
      expect(sell.message).to.equal(
        `intent.sellToken ${nobody} is not a token on chain ${market.domain.chainId}.`,
      );
      const buy = await refuse(await bodyOf(market, { buyToken: nobody }), 400, "UnknownToken");
      expect(buy.message).to.match(/^intent\.buyToken/);
      await refuse(await bodyOf(market, { buyToken: market.domain.verifyingContract }), 400, "UnknownToken");
      await refuse(await bodyOf(market, { sellToken: market.domain.verifyingContract }), 400, "UnknownToken");
    });

    it("a contract that knows balances and no allowances, as an NFT does", async () => {
      const nft = "0x000000000000000000000000000000000000F00d";
      // Answers 1 to balanceOf and reverts on all else.
      const code = "0x60003560e01c6370a082311460145760006000fd5b600160005260206000f3";
      await market.local.request("hardhat_setCode", [nft, code]);
      const buy = await refuse(await bodyOf(market, { buyToken: nft.toLowerCase() }), 400, "UnknownToken");
      expect(buy.message).to.match(/^intent\.buyToken/);
      const sellsIt = { sellToken: nft.toLowerCase(), sellAmount: 1n };
      const sell = await refuse(await bodyOf(market, sellsIt), 400, "UnknownToken");
      expect(sell.message).to.match(/^intent\.sellToken/);
    });

    it("times that contradict each other", async () => {
      const { message } = await refuse(await changed({ validFrom: 0xffffffff }), 400, "InvalidIntent");
      expect(message).to.match(/is before intent\.validFrom/);
    });

    it("a limit that rises, and a fee above the amount", async () => {
      await refuse(await changed({ startBuyAmount: "1", decayEnd: 10 }), 400, "InvalidIntent");
      await refuse(await changed({ maxFee: "1001" }), 400, "InvalidIntent");
    });

    it("an end that is past, too near, or too far, by the chain's clock", async () => {
      const { timestamp } = await market.local.chain.latestBlock();
      const now = Math.max(timestamp, Math.floor(Date.now() / 1000));
      await refuse(await bodyOf(market, { validTo: now - 5 }), 400, "Expired");
      await refuse(await bodyOf(market, { validTo: now + 5 }), 400, "InsufficientValidTo");
      await refuse(await bodyOf(market, { validTo: now + 400 * 86_400 }), 400, "ExcessiveValidTo");
    });

    it("an end that is past on a chain whose clock runs ahead of ours", async () => {
      const snapshot = await market.local.request("evm_snapshot");
      await market.local.request("evm_increaseTime", [86_400]);
      await market.local.mine();
      await refuse(await bodyOf(market, { validTo: Math.floor(Date.now() / 1000) + 3600 }), 400, "Expired");
      await market.local.request("evm_revert", [snapshot]);
    });

    it("a settler that is somebody else", async () => {
      await refuse(await bodyOf(market, { settler: market.poor }), 400, "WrongSettler");
    });

    it("a fee by metered cost", async () => {
      await refuse(await bodyOf(market, { maxFee: 5n, feePerWei: 1n }), 400, "FeeNotMetered");
    });
  });

  describe("refuses, as a signature,", () => {
    async function signedBy(signature: unknown): Promise<unknown> {
      return { ...(await bodyOf(market)), signature };
    }

    it("somebody else's, saying who it recovers to", async () => {
      const refusal = await refuse(await bodyOf(market, {}, market.poorWallet), 400, "InsufficientBalance");
      expect(refusal.message).to.include(market.poor);
      expect(refusal.hint).to.include(
        `If ${market.poor} is not you, the signature recovers to somebody else`,
      );
    });

    it("the owner's own over another intent", async () => {
      const refusal = await refuse(await changed({ nonce: "7" }), 400, "InsufficientBalance");
      expect(refusal.hint).to.include("the signature recovers to somebody else");
    });

    it("the owner's own for another chain", async () => {
      const elsewhere = { ...market, domain: { ...market.domain, chainId: 1 } };
      await refuse(await bodyOf(elsewhere), 400, "InsufficientBalance");
    });

    it("one of a wrong length, with a high s, or of no known scheme", async () => {
      await refuse(await signedBy({ scheme: "ecdsa", signature: "0x1234" }), 400, "InvalidSignature");
      const high = `0x${"11".repeat(32)}${"ff".repeat(32)}1b`;
      await refuse(await signedBy({ scheme: "ecdsa", signature: high }), 400, "InvalidSignature");
      await refuse(
        await signedBy({ scheme: "ecdsa", signature: `0x${"00".repeat(65)}` }),
        400,
        "InvalidSignature",
      );
      const refusal = await refuse(await signedBy({ scheme: "bls", signature: "0x" }), 400, "InvalidRequest");
      expect(refusal.message).to.equal('signature.scheme must be "ecdsa" or "eip1271" or "approval".');
    });

    it("an intent that is here already, signed by somebody else", async () => {
      const body = await bodyOf(market);
      const { intentHash } = viewOf(await test.post(body));
      const { intent } = parseSignedIntent(body);
      const stolen = serializeSignedIntent(await signIntent(intent, market.domain, market.otherWallet));
      const refusal = await refuse(stolen, 409, "WrongOwner");
      expect(refusal.message).to.include(market.rich).and.include(market.other);
      expect((await test.store.getIntent(intentHash))?.owner).to.equal(market.rich);
    });

    it("a contract's that the contract does not accept, and takes the one that it accepts", async () => {
      const wallet = await market.local.deploy(wallet1271, ["address"], [market.rich]);
      const execute = new Interface(["function execute(address, uint256, bytes)"]);
      const approve = erc20.encodeFunctionData("approve", [market.domain.verifyingContract, 1_000n]);
      await market.local.send(market.rich, market.tokenA, erc20.encodeFunctionData("mint", [wallet, 1_000n]));
      await market.local.send(
        market.rich,
        wallet,
        execute.encodeFunctionData("execute", [market.tokenA, 0, approve]),
      );
      const { intent } = parseSignedIntent(await bodyOf(market));
      const by = async (signer: typeof market.richWallet) =>
        serializeSignedIntent(await signIntent(intent, market.domain, signer, { contractOwner: wallet }));

      const refusal = await refuse(await by(market.poorWallet), 400, "InvalidSignature");
      expect(refusal.message).to.include(wallet);
      const answer = await test.post(await by(market.richWallet));
      expect(answer.statusCode).to.equal(201);
      expect(viewOf(answer).owner).to.equal(wallet);
    });

    it("a contract's of an owner that is no contract", async () => {
      await refuse(
        await signedBy({ scheme: "eip1271", owner: market.rich, signature: "0x" }),
        400,
        "InvalidSignature",
      );
    });

    it("an approval that is not on chain, and takes it once it is", async () => {
      const body = await signedBy({ scheme: "approval", owner: market.rich });
      await refuse(body, 400, "InvalidSignature");
      const { intent } = parseSignedIntent(body);
      const data = settlementAbi.encodeFunctionData("setApproval", [hashIntent(intent, market.domain), true]);
      await market.local.send(market.rich, market.domain.verifyingContract, data);
      expect((await test.post(body)).statusCode).to.equal(201);
    });
  });

  describe("refuses, by what the chain says,", () => {
    it("a nonce that is spent", async () => {
      const body = await bodyOf(market, { nonce: 77n });
      const data = settlementAbi.encodeFunctionData("cancel", [77n]);
      await market.local.send(market.rich, market.domain.verifyingContract, data);
      const refusal = await refuse(body, 409, "NonceSpent");
      expect(refusal.message).to.include("77").and.include(market.rich);
    });

    it("an intent whose nonce has filled so much already", async () => {
      const { tokenA, tokenB, domain, richWallet, otherWallet, local } = market;
      const { timestamp } = await local.chain.latestBlock();
      const sell = (sellToken: Hex, buyToken: Hex, nonce: bigint) =>
        buildIntent({
          sellToken,
          buyToken,
          sellAmount: 1_000n,
          buyAmount: 1_000n,
          partiallyFillable: true,
          nonce,
          validTo: timestamp + 3600,
          now: 0,
        });
      const give = await signIntent(sell(tokenA, tokenB, 88n), domain, richWallet);
      const take = await signIntent(sell(tokenB, tokenA, 88n), domain, otherWallet);
      const tokens = BigInt(tokenA) < BigInt(tokenB) ? [tokenA, tokenB] : [tokenB, tokenA];
      const calldata = encodeSettle({
        tokens,
        prices: [1n, 1n],
        fills: [give, take].map((signed) => ({ ...signed, executed: 400n, fee: 0n })),
        transfers: [
          [0, 1],
          [1, 0],
        ],
        callbackData: "0x",
      });
      await local.send(market.poor, domain.verifyingContract, calldata);

      const terms = { nonce: 88n, partiallyFillable: true, buyAmount: 1n };
      await refuse(await bodyOf(market, { ...terms, sellAmount: 400n }), 409, "AlreadyFilled");
      expect((await test.post(await bodyOf(market, { ...terms, sellAmount: 401n }))).statusCode).to.equal(
        201,
      );
    });

    it("a balance that does not cover the whole", async () => {
      const refusal = await refuse(await bodyOf(market, { sellAmount: 10_001n }), 400, "InsufficientBalance");
      expect(refusal.message).to.include("needs 10001");
    });

    it("an allowance that does not cover the whole, or is zero", async () => {
      const { tokenA, other, otherWallet, local } = market;
      const allow = (amount: bigint) =>
        local.send(
          other,
          tokenA,
          erc20.encodeFunctionData("approve", [market.domain.verifyingContract, amount]),
        );
      await allow(999n);
      const refusal = await refuse(await bodyOf(market, {}, otherWallet), 400, "InsufficientAllowance");
      expect(refusal.hint).to.include(market.domain.verifyingContract);
      expect(
        (await test.post(await bodyOf(market, { partiallyFillable: true }, otherWallet))).statusCode,
      ).to.equal(201);
      await allow(0n);
      await refuse(
        await bodyOf(market, { partiallyFillable: true }, otherWallet),
        400,
        "InsufficientAllowance",
      );
      await allow(10_000n);
    });

    it("a partially fillable intent of somebody who has nothing", async () => {
      await refuse(
        await bodyOf(market, { partiallyFillable: true }, market.poorWallet),
        400,
        "InsufficientBalance",
      );
    });
  });

  describe("with a node that", () => {
    const check = async (body: PostIntentBody) => {
      const refusal = await refuse(body, 503, "NodeUnreachable");
      expect(refusal.hint).to.match(/try again/);
    };

    it("is down answers 503, stores nothing, and takes the intent once the node is back", async () => {
      const body = await bodyOf(market);
      market.local.fault = () => "drop";
      await check(body);
      market.local.fault = (method) => (method === "eth_call" ? "http500" : null);
      await check(body);
      market.local.fault = () => null;
      expect((await test.post(body)).statusCode).to.equal(201);
    });
  });

  it("checks all that it can before it asks the node, and asks once", async () => {
    const bad = await changed({ sellAmount: "0" });
    const good = await bodyOf(market);
    await test.post(await bodyOf(market));
    market.local.calls.length = 0;
    await test.post(bad);
    await test.post({ ...good, chainId: 1 });
    expect(market.local.calls).to.deep.equal([]);
    await test.post(good);
    expect(market.local.calls.filter((method) => method !== "eth_call")).to.deep.equal([
      "eth_getBlockByNumber",
    ]);
    expect(market.local.calls, "the tokens are known by now").to.have.length(5);
  });

  it("answers Retry-After when trying again can help", async () => {
    const body = await bodyOf(market);
    market.local.fault = () => "drop";
    expect((await test.post(body)).headers["retry-after"]).to.equal("2");
  });
});
