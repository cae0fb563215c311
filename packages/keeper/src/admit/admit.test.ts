import {
  buildIntent,
  encodeSettle,
  hashIntent,
  parseSignedIntent,
  serializeSignedIntent,
  signIntent,
  zeroAddress,
  type Hex,
} from "@walras/sdk";
import { expect } from "chai";
import { Interface } from "ethers";
import { withApp } from "../../test/hooks.ts";
import { erc20 } from "../../test/localChain.ts";
import {
  bodyOf,
  changedBody,
  settlementAbi,
  viewOf,
  wallet1271,
  type Market,
  type TestApp,
} from "../../test/testApp.ts";

/** Over HTTP and a real chain, so that each check is seen to be made, and nothing refused to be stored. */
describe("admission", function () {
  this.timeout(300_000);
  let market: Market;
  let test: TestApp;

  withApp((...started) => void ([market, test] = started));

  const refuse: TestApp["refuse"] = (body, status, code) => test.refuse(body, status, code);
  const changed = (fields: Parameters<typeof changedBody>[1]) => changedBody(market, fields);

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
      expect(refusal.message).to.equal(
        'signature.scheme must be "ecdsa" or "eip1271" or "approval" or "permit2".',
      );
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
});
