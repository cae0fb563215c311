import { expect } from "chai";
import { AbiCoder, concat, dataSlice, keccak256, toBeHex, Wallet } from "ethers";
import fc from "fast-check";
import { signature as anySignature } from "../../test/arbitraries.ts";
import { market, sealedExample } from "../../test/auctionExamples.ts";
import { codeOf, tokenA, tokenB } from "../../test/examples.ts";
import { parseHex, type Hex } from "../hex.ts";
import { compactSignature } from "../intent/signature.ts";
import {
  encodeClaim,
  encodeClaimTo,
  encodeCollect,
  encodeOrderCancel,
  encodeOrderRefund,
  encodeRoll,
  encodeSealedApproval,
  encodeSealedNonceCancel,
} from "./afterwards.ts";
import type { SealedSignature } from "./Auction.ts";
import { auctionInterface } from "./auctionInterface.ts";
import {
  clearingKey,
  decodeClear,
  decodeClearResult,
  decodeMarginal,
  encodeClear,
  encodeMarginal,
} from "./clearing.ts";
import { decodePlace, encodePlace } from "./placements.ts";
import { encodePrice } from "./price.ts";
import { signSealedIntent } from "./signSealedIntent.ts";

const curveOrder = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** The twin of a signature of 65 bytes, which recovers the same signer and is refused as malleable. */
function highS(signature: Hex): Hex {
  const [r, s, v] = [dataSlice(signature, 0, 32), dataSlice(signature, 32, 64), dataSlice(signature, 64)];
  const twin = [r, toBeHex(curveOrder - BigInt(s), 32), v === "0x1b" ? "0x1c" : "0x1b"];
  return parseHex(concat(twin), "signature", 65);
}

const prices = market.tokens.map((_, token) => ({ mantissa: (1n << 95n) + BigInt(token), exponent: token }));
const progress = { next: 2, hasShort: true, sold: [1n, 2n, 3n], bought: [0n, 2n, 2n] };

describe("placements", () => {
  it("come back as they were, of every scheme", () => {
    const schemes = fc.oneof(
      anySignature,
      fc.constant({ scheme: "permit2", owner: tokenA, signature: "0x1234" } as const),
      fc.constant({ scheme: "caller", owner: tokenB } as const),
    );
    fc.assert(
      fc.property(fc.array(schemes, { maxLength: 4 }), (signatures) => {
        const placements = signatures.map((signature) => ({ intent: sealedExample, signature }));
        expect(decodePlace(encodePlace(placements))).to.deep.equal(placements);
      }),
    );
  });

  it("can say whose an ECDSA signature has to be", () => {
    const signature = { scheme: "ecdsa", signature: "0x12" } as const;
    const placement = { intent: sealedExample, signature, owner: tokenA };
    expect(decodePlace(encodePlace([placement]))).to.deep.equal([placement]);
  });

  it("carry ECDSA signatures in 64 bytes where these have such a form, and no other signature", async () => {
    const { signature } = await signSealedIntent(sealedExample, market, Wallet.createRandom());
    expect(signature).to.include({ scheme: "ecdsa" });
    if (signature.scheme !== "ecdsa") return;
    const long = signature.signature;
    const sent = (one: SealedSignature) =>
      decodePlace(encodePlace([{ intent: sealedExample, signature: one }]));
    const short = { ...signature, signature: compactSignature(long) };
    expect(sent(signature)).to.deep.equal([{ intent: sealedExample, signature: short }]);
    const saved = encodePlace([
      { intent: sealedExample, signature: { ...signature, signature: `${long}00` } },
    ]);
    expect(saved.length - encodePlace([{ intent: sealedExample, signature }]).length).to.equal(64);
    for (const kept of [
      // The same signature with the high s.
      { scheme: "ecdsa", signature: highS(long) },
      { scheme: "permit2", owner: tokenA, signature: long },
      { scheme: "eip1271", owner: tokenA, signature: long },
    ] as const) {
      expect(sent(kept)).to.deep.equal([{ intent: sealedExample, signature: kept }]);
    }
  });

  it("are refused where the call is another, or an address is none", () => {
    expect(codeOf(() => decodePlace(encodeClaim(8, [])))).to.equal("InvalidCalldata");
    expect(codeOf(() => decodePlace("0x12"))).to.equal("InvalidCalldata");
    const signature = { scheme: "approval", owner: "0x12" } as const;
    expect(codeOf(() => encodePlace([{ intent: sealedExample, signature }]))).to.equal("InvalidAddress");
  });
});

describe("marginal orders", () => {
  it("are packed as id and amount, and read back", () => {
    expect(encodeMarginal([{ id: 3, executed: 5n }])).to.deep.equal([(3n << 112n) | 5n]);
    const marginal = [
      { id: 0, executed: 1n },
      { id: 0xffffffff, executed: (1n << 112n) - 1n },
    ];
    expect(decodeMarginal(encodeMarginal(marginal))).to.deep.equal(marginal);
  });

  it("ascend, each once, and fit", () => {
    const bad = [
      [{ id: 3 }, { id: 3 }],
      [{ id: 3 }, { id: 2 }],
      [{ id: -1 }],
      [{ id: 2 ** 32 }],
      [{ id: 0.5 }],
    ];
    for (const list of bad) {
      const marginal = list.map(({ id }) => ({ id, executed: 1n }));
      expect(codeOf(() => encodeMarginal(marginal))).to.equal("InvalidMarginal");
    }
    expect(codeOf(() => encodeMarginal([{ id: 0, executed: 1n << 112n }]))).to.equal("AmountOutOfRange");
  });
});

describe("a clearing's calls", () => {
  const page = { window: 8, prices, marginal: [{ id: 1, executed: 7n }] };

  it("come back as they were, first page and later ones", () => {
    const salt = `0x${"ab".repeat(32)}` as const;
    const begun = { next: 0, hasShort: false, sold: [], bought: [] };
    const none = `0x${"00".repeat(32)}` as const;
    expect(decodeClear(encodeClear(page))).to.deep.equal({ ...page, progress: begun, salt: none });
    const later = { ...page, progress, maxOrders: 50, salt };
    expect(decodeClear(encodeClear(later))).to.deep.equal(later);
  });

  it("answer the progress that the next page takes", () => {
    const answer = auctionInterface.encodeFunctionResult("clear", [
      [progress.next, progress.hasShort, progress.sold, progress.bought],
    ]);
    expect(decodeClearResult(answer)).to.deep.equal(progress);
    expect(codeOf(() => decodeClearResult("0x12"))).to.equal("AuctionUnreadable");
  });

  it("are refused where the call is another, or a price is not normalised", () => {
    expect(codeOf(() => decodeClear(encodeClaim(8, [])))).to.equal("InvalidCalldata");
    const bent = [{ mantissa: 1n, exponent: 0 }];
    expect(codeOf(() => encodeClear({ ...page, prices: bent }))).to.equal("InvalidPrice");
  });

  it("are known by window, clearer, prices and salt", () => {
    const types = ["uint256", "address", "uint128[]", "bytes32"];
    const values = [8, tokenA, prices.map(encodePrice), `0x${"00".repeat(32)}`];
    expect(clearingKey(8, tokenA, prices)).to.equal(
      keccak256(AbiCoder.defaultAbiCoder().encode(types, values)),
    );
    expect(clearingKey(8, tokenA, prices, `0x${"01".repeat(32)}`)).not.to.equal(
      clearingKey(8, tokenA, prices),
    );
  });
});

describe("what owners and keepers call afterwards", () => {
  const read = (data: string) => {
    const parsed = auctionInterface.parseTransaction({ data });
    const args: unknown[] = parsed?.args.toArray(true) ?? [];
    return [parsed?.name, ...args];
  };

  it("is what the contract reads", () => {
    expect(read(encodeClaim(8, [1, 2]))).to.deep.equal(["claim", 8n, [1n, 2n]]);
    expect(read(encodeClaimTo(8, 1, tokenA))).to.deep.equal(["claimTo", 8n, 1n, tokenA]);
    expect(read(encodeRoll(8, [1]))).to.deep.equal(["roll", 8n, [1n]]);
    expect(read(encodeOrderRefund(8, [1]))).to.deep.equal(["refund", 8n, [1n]]);
    expect(read(encodeOrderCancel(8, [1]))).to.deep.equal(["cancel", 8n, [1n]]);
    expect(read(encodeCollect([tokenA], tokenB))).to.deep.equal(["collect", [tokenA], tokenB]);
    expect(read(encodeSealedNonceCancel(515n))).to.deep.equal(["cancelNonces", 2n, 8n]);
    const hash = `0x${"11".repeat(32)}` as const;
    expect(read(encodeSealedApproval(hash))).to.deep.equal(["setApproval", hash, true]);
    expect(read(encodeSealedApproval(hash, false))).to.deep.equal(["setApproval", hash, false]);
  });
});
