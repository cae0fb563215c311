import { expect } from "chai";
import { id, TypedDataEncoder, verifyTypedData } from "ethers";
import fc from "fast-check";
import { intent as anyIntent } from "../../test/arbitraries.ts";
import { market, sealedExample } from "../../test/auctionExamples.ts";
import { rejectionCodeOf, tokenA, wallet } from "../../test/examples.ts";
import { parseAddress } from "../hex.ts";
import { hashIntent, INTENT_TYPEHASH } from "../intent/hashIntent.ts";
import { recoverSigner } from "../intent/signature.ts";
import { typedDataJson, type WalrasTypedData } from "../intent/signers.ts";
import { hashSealedPermit2, sealedPermit2TypedData, sealedWitnessType } from "./sealedPermit2.ts";
import {
  hashSealedIntent,
  sealedIntentTypedData,
  signSealedIntent,
  signSealedPermit2,
} from "./signSealedIntent.ts";

const owner = parseAddress(wallet.address);
const mutable = ({ types }: WalrasTypedData) =>
  Object.fromEntries(Object.entries(types).map(([name, fields]) => [name, [...fields]]));

describe("signSealedIntent", () => {
  it("signs for the auction, not for the settlement", async () => {
    const { intent, signature } = await signSealedIntent(sealedExample, market, wallet);
    expect(signature.scheme).to.equal("ecdsa");
    if (signature.scheme !== "ecdsa") return;
    expect(recoverSigner(hashSealedIntent(intent, market), signature.signature)).to.equal(owner);
    const { domain } = sealedIntentTypedData(intent, market);
    expect(domain.verifyingContract).to.equal(market.auction);
    expect(hashSealedIntent(intent, market)).to.equal(
      hashIntent(intent, { chainId: market.chainId, verifyingContract: market.auction }),
    );
  });

  it("signs nothing that the auction would refuse", async () => {
    const signer = () => Promise.reject(new Error("asked to sign"));
    const code = await rejectionCodeOf(signSealedIntent({ ...sealedExample, kind: "buy" }, market, signer));
    expect(code).to.equal("NotSealable");
    const options = { owner };
    expect(
      await rejectionCodeOf(signSealedPermit2({ ...sealedExample, sellAmount: 5n }, market, signer, options)),
    ).to.equal("BelowMinimum");
  });
});

describe("signSealedPermit2", () => {
  it("gives what ethers verifies for Permit2's domain and type", async () => {
    const { signature } = await signSealedPermit2(sealedExample, market, wallet, { owner });
    if (signature.scheme !== "permit2") throw new Error("another scheme");
    const { domain, message, ...typedData } = sealedPermit2TypedData(sealedExample, market);
    const types = mutable({ domain, message, ...typedData });
    expect(verifyTypedData(domain, types, message, signature.signature)).to.equal(owner);
    expect(signature.owner).to.equal(owner);
    expect(recoverSigner(hashSealedPermit2(sealedExample, market), signature.signature)).to.equal(owner);
  });

  it("leaves the bytes of a contract account as they are", async () => {
    const signer = () => Promise.resolve("0x0102");
    const options = { owner: tokenA, isContract: true };
    const { signature } = await signSealedPermit2(sealedExample, market, signer, options);
    expect(signature).to.deep.equal({ scheme: "permit2", owner: tokenA, signature: "0x0102" });
    expect(
      await rejectionCodeOf(signSealedPermit2(sealedExample, market, signer, { owner: tokenA })),
    ).to.equal("InvalidSignature");
  });

  it("hashes any intent as ethers does", () => {
    fc.assert(
      fc.property(anyIntent, (intent) => {
        const typedData = sealedPermit2TypedData(intent, market);
        const { domain, message } = typedData;
        expect(hashSealedPermit2(intent, market)).to.equal(
          TypedDataEncoder.hash(domain, mutable(typedData), message),
        );
      }),
    );
  });

  it("allows the whole sellAmount, to the auction, until validTo", () => {
    const { message } = sealedPermit2TypedData(sealedExample, market);
    expect(message).to.deep.equal({
      permitted: { token: tokenA, amount: sealedExample.sellAmount },
      spender: market.auction,
      nonce: sealedExample.nonce,
      deadline: BigInt(sealedExample.validTo),
      witness: sealedExample,
    });
  });

  it("has the witness type that Permit2 wants: the rest of the type, its structs in order of names", () => {
    expect(sealedWitnessType.startsWith("Intent witness)Intent(address sellToken,")).to.equal(true);
    expect(sealedWitnessType.endsWith(")TokenPermissions(address token,uint256 amount)")).to.equal(true);
    const intentType = sealedWitnessType.slice("Intent witness)".length, sealedWitnessType.indexOf("TokenP"));
    expect(id(intentType)).to.equal(INTENT_TYPEHASH);
  });

  it("shows a wallet a domain without a version", () => {
    const json: unknown = JSON.parse(typedDataJson(sealedPermit2TypedData(sealedExample, market)));
    expect(json).to.have.nested.property("types.EIP712Domain").that.has.length(3);
    expect(json).to.have.nested.property("domain.name", "Permit2");
  });
});
