import { expect } from "chai";
import { Interface } from "ethers";
import { market, now } from "../test/auctionExamples.ts";
import { codeOf, tokenA, tokenB } from "../test/examples.ts";
import {
  buildNativeSealedSale,
  encodeNativeOrderCancel,
  encodeNativeOrderClaim,
  encodeNativePlace,
} from "./nativeSealed.ts";

const user = market.auction;
const terms = { user, value: 3_000_000n, buyToken: tokenB, buyAmount: 10n ** 15n, nonce: 9n, now } as const;
const sale = buildNativeSealedSale({ ...terms, windows: 2 }, market, tokenA);

describe("buildNativeSealedSale", () => {
  it("sells the wrapped coin for the user, who is the receiver", () => {
    expect(sale).to.include({
      sellToken: tokenA,
      sellAmount: 3_000_000n,
      receiver: user,
      validTo: 600,
      kind: "sell",
    });
    const other = buildNativeSealedSale({ ...terms, receiver: tokenB, validFor: 60 }, market, tokenA);
    expect(other).to.include({ receiver: tokenB, validTo: 560 });
  });

  it("refuses what the auction would refuse, and no coin at all", () => {
    expect(codeOf(() => buildNativeSealedSale({ ...terms, windows: 1 }, market, user))).to.equal(
      "TokenNotInMarket",
    );
    const nothing = { ...terms, value: 0n, windows: 1 };
    expect(codeOf(() => buildNativeSealedSale(nothing, market, tokenA))).to.equal("AmountOutOfRange");
  });
});

describe("the calls of NativeIntents for sealed windows", () => {
  it("have the arguments in their places", () => {
    const contract = new Interface([
      "function cancelSealed(address, uint256, uint256[], address)",
      "function claimSealed(address, uint256, uint256, address, address)",
    ]);
    const read = (data: string) => contract.parseTransaction({ data })?.args.toArray(true);
    expect(read(encodeNativeOrderCancel(user, 8, [3, 4], tokenA))).to.deep.equal([
      user,
      8n,
      [3n, 4n],
      tokenA,
    ]);
    expect(read(encodeNativeOrderClaim(user, 8, 3, tokenB, tokenA))).to.deep.equal([
      user,
      8n,
      3n,
      tokenB,
      tokenA,
    ]);
    expect(encodeNativePlace(user, sale)).to.contain(sale.buyToken.slice(2));
  });

  it("name accounts that are some", () => {
    expect(codeOf(() => encodeNativePlace("0x12", sale))).to.equal("InvalidAddress");
    expect(codeOf(() => encodeNativeOrderCancel(user, 8, [], "0x12"))).to.equal("InvalidAddress");
    expect(codeOf(() => encodeNativeOrderClaim(user, 8, 0, "0x12", user))).to.equal("InvalidAddress");
  });
});
