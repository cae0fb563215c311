import { expect } from "chai";
import { AbiCoder, id } from "ethers";
import { domain, exampleIntent, rejectionCodeOf, tokenA, wallet } from "../../test/examples.ts";
import { parseHex, type Address, type Hex } from "../hex.ts";
import { hashCancel, hashIntent } from "./hashIntent.ts";
import type { SignedIntent } from "./Intent.ts";
import { signCancel, signIntent } from "./signIntent.ts";
import { verifyCancelSignature, verifyIntentSignature, type EthCall } from "./verifySignature.ts";

const digest = hashIntent(exampleIntent, domain);
const magic = `0x1626ba7e${"00".repeat(28)}`;
const yes = `0x${"00".repeat(31)}01`;
const no = `0x${"00".repeat(32)}`;
const answers =
  (answer: string): EthCall =>
  () =>
    Promise.resolve(answer);
const fails =
  (facts: object): EthCall =>
  () =>
    Promise.reject(Object.assign(new Error("failed"), facts));

const byContract: SignedIntent = {
  intent: exampleIntent,
  signature: { scheme: "eip1271", owner: tokenA, signature: "0x1234" },
};
const byApproval: SignedIntent = { intent: exampleIntent, signature: { scheme: "approval", owner: tokenA } };

/** A call that remembers what it was asked. */
function recorded(answer: string) {
  const transactions: { to: Address; data: Hex }[] = [];
  const call: EthCall = (transaction) => {
    transactions.push(transaction);
    return Promise.resolve(answer);
  };
  return { call, transactions };
}

function callOf(signature: string, types: string[], values: unknown[]): string {
  return id(signature).slice(0, 10) + AbiCoder.defaultAbiCoder().encode(types, values).slice(2);
}

describe("verifyIntentSignature", () => {
  it("finds the owner of an ECDSA signature without any call", async () => {
    const signed = await signIntent(exampleIntent, domain, wallet);
    expect(await verifyIntentSignature(signed, domain)).to.equal(wallet.address);
  });

  it("finds another owner when a field, the chain or the contract differs", async () => {
    const signed = await signIntent(exampleIntent, domain, wallet);
    const changed = { ...signed, intent: { ...exampleIntent, buyAmount: 1n } };
    expect(await verifyIntentSignature(changed, domain)).not.to.equal(wallet.address);
    expect(await verifyIntentSignature(signed, { ...domain, chainId: 1 })).not.to.equal(wallet.address);
    const elsewhere = { ...domain, verifyingContract: tokenA };
    expect(await verifyIntentSignature(signed, elsewhere)).not.to.equal(wallet.address);
  });

  it("asks a contract owner as ERC-1271 says", async () => {
    const { call, transactions } = recorded(magic);
    expect(await verifyIntentSignature(byContract, domain, { call })).to.equal(tokenA);
    const data = callOf("isValidSignature(bytes32,bytes)", ["bytes32", "bytes"], [digest, "0x1234"]);
    expect(transactions).to.deep.equal([{ to: tokenA, data }]);
  });

  it("refuses when the contract answers anything but the magic value", async () => {
    const refusals = [
      no,
      yes,
      "0x",
      magic.slice(0, 10),
      `0x1626ba7e${"00".repeat(27)}01`,
      `0x${"ff".repeat(32)}`,
    ];
    for (const answer of refusals) {
      const verified = verifyIntentSignature(byContract, domain, { call: answers(answer) });
      expect(await rejectionCodeOf(verified), answer).to.equal("InvalidSignature");
    }
  });

  it("asks the settlement contract about an approval", async () => {
    const { call, transactions } = recorded(yes);
    expect(await verifyIntentSignature(byApproval, domain, { call })).to.equal(tokenA);
    const data = callOf("isApproved(address,bytes32)", ["address", "bytes32"], [tokenA, digest]);
    expect(transactions).to.deep.equal([{ to: domain.verifyingContract, data }]);
  });

  it("refuses what is not approved", async () => {
    for (const answer of [no, "0x", magic]) {
      const verified = verifyIntentSignature(byApproval, domain, { call: answers(answer) });
      expect(await rejectionCodeOf(verified), answer).to.equal("InvalidSignature");
    }
  });

  it("takes a revert for a refusal, as ethers, viem and JSON-RPC tell it", async () => {
    const reverts = [{ code: "CALL_EXCEPTION" }, { code: 3 }, { cause: { cause: { code: 3 } } }];
    for (const error of reverts) {
      const verified = verifyIntentSignature(byContract, domain, { call: fails(error) });
      expect(await rejectionCodeOf(verified)).to.equal("InvalidSignature");
    }
  });

  it("passes on that the node failed: the signature may be good", async () => {
    const down = new Error("connection refused");
    const verified = verifyIntentSignature(byContract, domain, { call: () => Promise.reject(down) });
    expect(await verified.catch((error: unknown) => error)).to.equal(down);
  });

  it("says that it needs a call when it has none", async () => {
    expect(await rejectionCodeOf(verifyIntentSignature(byContract, domain))).to.equal("MissingCall");
    expect(await rejectionCodeOf(verifyIntentSignature(byApproval, domain))).to.equal("MissingCall");
  });
});

describe("verifyCancelSignature", () => {
  it("asks the owner as a contract when the signature is not the owner's key's", async () => {
    const cancel = { intentHash: digest, owner: tokenA, signature: parseHex("0x5678", "signature") };
    const { call, transactions } = recorded(magic);
    await verifyCancelSignature(cancel, domain, { call });
    const types = ["bytes32", "bytes"];
    const data = callOf("isValidSignature(bytes32,bytes)", types, [hashCancel(digest, domain), "0x5678"]);
    expect(transactions).to.deep.equal([{ to: tokenA, data }]);

    const refused = verifyCancelSignature(cancel, domain, { call: answers(no) });
    expect(await rejectionCodeOf(refused)).to.equal("InvalidSignature");
    expect(await rejectionCodeOf(verifyCancelSignature(cancel, domain))).to.equal("InvalidSignature");
  });

  it("takes the owner in any spelling, and no signature for another chain", async () => {
    const signature = await signCancel(digest, domain, wallet);
    const owner = parseHex(wallet.address.toLowerCase(), "owner");
    await verifyCancelSignature({ intentHash: digest, owner, signature }, domain);
    const elsewhere = verifyCancelSignature(
      { intentHash: digest, owner, signature },
      { ...domain, chainId: 1 },
    );
    expect(await rejectionCodeOf(elsewhere)).to.equal("InvalidSignature");
  });
});
