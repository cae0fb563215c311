import { expect } from "chai";
import { id, Interface, zeroPadValue } from "ethers";
import { codeOf } from "../test/examples.ts";
import { settlementInterface } from "./batch/settlementInterface.ts";
import type { Address } from "./hex.ts";
import type { Intent } from "./intent/Intent.ts";
import { parseSignedIntent, serializeSignedIntent } from "./intent/signedIntentJson.ts";
import {
  buildNativeSale,
  decodeNativeDeposits,
  nativeNonce,
  nativeReceiver,
  nativeSignedIntent,
} from "./native.ts";

const depositor: Address = "0x1111111111111111111111111111111111111111";
const weth: Address = "0x2222222222222222222222222222222222222222";
const token: Address = "0x3333333333333333333333333333333333333333";
const native: Address = "0x4444444444444444444444444444444444444444";

const sale = (): Intent =>
  buildNativeSale(
    { depositor, value: 5n, buyToken: token, buyAmount: 7n, number: 3n, validTo: 2_000_000_000, now: 1 },
    weth,
  );

describe("nativeNonce", () => {
  it("puts the depositor above 96 bits that the depositor may choose, and takes no more", () => {
    expect(nativeNonce(depositor, 3n)).to.equal((BigInt(depositor) << 96n) | 3n);
    expect(codeOf(() => nativeNonce(depositor, 2n ** 96n))).to.equal("AmountOutOfRange");
  });

  it("chooses another number each time when it is left to choose", () => {
    const nonces = Array.from({ length: 20 }, () => nativeNonce(depositor));
    expect(new Set(nonces).size).to.equal(20);
    for (const nonce of nonces) expect(nonce >> 96n).to.equal(BigInt(depositor));
  });
});

describe("buildNativeSale", () => {
  it("sells the wrapped coin for the depositor", () => {
    expect(sale()).to.include({ sellToken: weth, sellAmount: 5n, receiver: depositor, kind: "sell" });
    expect(sale().nonce).to.equal(nativeNonce(depositor, 3n));
  });

  it("lets somebody else receive, and sells something", () => {
    const terms = { depositor, buyToken: token, buyAmount: 7n, validFor: 60 };
    expect(buildNativeSale({ ...terms, value: 1n, receiver: native }, weth).receiver).to.equal(native);
    expect(codeOf(() => buildNativeSale({ ...terms, value: 0n }, weth))).to.equal("AmountOutOfRange");
  });

  it("is vouched for by the contract, in a form that travels as JSON", () => {
    const signed = nativeSignedIntent(sale(), native);
    expect(signed.signature).to.deep.equal({
      scheme: "eip1271",
      owner: native,
      signature: `0x${sale().nonce.toString(16).padStart(64, "0")}`,
    });
    expect(parseSignedIntent(JSON.parse(JSON.stringify(serializeSignedIntent(signed))))).to.deep.equal(
      signed,
    );
  });
});

describe("decodeNativeDeposits", () => {
  const intentType = settlementInterface.getFunction("hashIntent")?.inputs[0]?.format("full") ?? "";
  const events = new Interface([
    `event Deposit(bytes32 indexed intentHash, address indexed depositor, ${intentType})`,
    "event Refund(bytes32 indexed intentHash, address indexed to, uint256 amount)",
  ]);
  const deposit = (intent: Intent) => ({
    address: native,
    ...events.encodeEventLog("Deposit", [id("hash"), depositor, intent]),
  });

  it("reads what a keeper needs from the events of the contract alone", () => {
    const refund = { address: native, ...events.encodeEventLog("Refund", [id("hash"), depositor, 1n]) };
    const logs = [
      { ...deposit(sale()), address: token },
      { address: native, topics: [], data: "0x" },
      { address: native, topics: [id("Other()")], data: "0x" },
      refund,
      deposit({ ...sale(), validFrom: 5, partiallyFillable: true, conditionData: "0x1234" }),
    ];
    expect(decodeNativeDeposits(logs, native)).to.deep.equal([
      nativeSignedIntent(
        { ...sale(), validFrom: 5, partiallyFillable: true, conditionData: "0x1234" },
        native,
      ),
    ]);
  });

  it("passes over a deposit that makes no sense, so that it hides no other", () => {
    const logs = [deposit({ ...sale(), buyToken: weth }), deposit(sale())];
    expect(decodeNativeDeposits(logs, native)).to.deep.equal([nativeSignedIntent(sale(), native)]);
  });
});

describe("nativeReceiver", () => {
  it("differs by user and by contract", () => {
    const addresses = [
      nativeReceiver(depositor, native),
      nativeReceiver(token, native),
      nativeReceiver(depositor, token),
    ];
    expect(new Set(addresses).size).to.equal(3);
    expect(zeroPadValue(addresses[0]!, 32)).to.have.length(66);
  });
});
