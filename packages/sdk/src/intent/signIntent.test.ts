import { expect } from "chai";
import { TypedDataEncoder } from "ethers";
import { domain, exampleIntent, rejectionCodeOf, stranger, tokenA, wallet } from "../../test/examples.ts";
import { parseAddress, parseHex } from "../hex.ts";
import { hashIntent } from "./hashIntent.ts";
import { compactSignature } from "./signature.ts";
import { signCancel, signIntent } from "./signIntent.ts";
import { eip1193Signer, typedDataJson, viemSigner, type WalrasTypedData } from "./signers.ts";
import { intentTypedData, type IntentTypedData } from "./typedData.ts";
import { verifyCancelSignature, verifyIntentSignature } from "./verifySignature.ts";

/** What a wallet does with typed data, whatever the way in which it got there. */
async function signAsWallet({ domain, types, message }: WalrasTypedData) {
  const [primary] = Object.entries(types).filter(([name]) => name !== "EIP712Domain");
  const [name, fields] = primary!;
  return parseHex(await wallet.signTypedData(domain, { [name]: [...fields] }, message), "signature");
}

const owner = parseAddress(wallet.address);
const { serialized } = wallet.signingKey.sign(hashIntent(exampleIntent, domain));
const expected = {
  intent: exampleIntent,
  signature: { scheme: "ecdsa", signature: parseHex(serialized, "signature") },
} as const;

describe("signIntent", () => {
  it("signs the intent's hash by an ethers signer", async () => {
    expect(await signIntent(exampleIntent, domain, wallet)).to.deep.equal(expected);
  });

  it("signs by a bare function", async () => {
    expect(await signIntent(exampleIntent, domain, signAsWallet)).to.deep.equal(expected);
  });

  it("signs by a viem account, which takes all in one object", async () => {
    const signer = viemSigner({ signTypedData: signAsWallet });
    expect(await signIntent(exampleIntent, domain, signer)).to.deep.equal(expected);
  });

  it("signs by a viem wallet client, which is told the account", async () => {
    const accounts: string[] = [];
    const client = {
      signTypedData: ({ account, ...typedData }: WalrasTypedData & { account: string }) => {
        accounts.push(account);
        return signAsWallet(typedData);
      },
    };
    expect(await signIntent(exampleIntent, domain, viemSigner(client, owner))).to.deep.equal(expected);
    expect(accounts).to.deep.equal([owner]);
  });

  it("signs by a browser wallet, over JSON", async () => {
    const provider = {
      async request({ method, params }: { method: string; params: readonly unknown[] }): Promise<unknown> {
        expect(method).to.equal("eth_signTypedData_v4");
        expect(params[0]).to.equal(owner);
        return signAsWallet(JSON.parse(String(params[1])) as WalrasTypedData);
      },
    };
    expect(await signIntent(exampleIntent, domain, eip1193Signer(provider, owner))).to.deep.equal(expected);
  });

  it("writes a 64-byte signature out as 65 bytes", async () => {
    const compact = compactSignature(expected.signature.signature);
    expect(await signIntent(exampleIntent, domain, () => Promise.resolve(compact))).to.deep.equal(expected);
  });

  it("keeps what signs for a contract as it is, with the contract as owner", async () => {
    const signed = await signIntent(exampleIntent, domain, () => Promise.resolve("0x1234"), {
      contractOwner: tokenA,
    });
    expect(signed.signature).to.deep.equal({ scheme: "eip1271", owner: tokenA, signature: "0x1234" });
  });

  it("checks the intent before anybody is asked to sign it", async () => {
    let asked = false;
    const signer = () => {
      asked = true;
      return Promise.resolve("0x");
    };
    const spoilt = { ...exampleIntent, buyToken: exampleIntent.sellToken };
    expect(await rejectionCodeOf(signIntent(spoilt, domain, signer))).to.equal("SameToken");
    expect(asked).to.equal(false);
  });

  it("says that the signer failed, and why", async () => {
    const declined = new Error("user rejected");
    const signing = signIntent(exampleIntent, domain, () => Promise.reject(declined));
    const error = await signing.catch((error: unknown) => error);
    expect(error).to.include({ code: "SignerFailed", cause: declined });
  });

  it("refuses a signature that is no ECDSA signature, when there is no contract", async () => {
    const bytes = signIntent(exampleIntent, domain, () => Promise.resolve("0x1234"));
    expect(await rejectionCodeOf(bytes)).to.equal("InvalidSignature");
    const nothing = signIntent(exampleIntent, domain, () => Promise.resolve(""));
    expect(await rejectionCodeOf(nothing)).to.equal("InvalidHex");
  });
});

describe("typedDataJson", () => {
  it("is JSON of which ethers makes the same hash, with the domain's type and bigints as digits", () => {
    const text = typedDataJson(intentTypedData({ ...exampleIntent, nonce: 2n ** 200n }, domain));
    const { types, domain: domainRead, message, primaryType } = JSON.parse(text) as IntentTypedData;
    expect(primaryType).to.equal("Intent");
    expect(message).to.include({ sellAmount: "1000000", nonce: (2n ** 200n).toString() });
    expect(types).to.have.property("EIP712Domain").with.length(4);
    const hash = TypedDataEncoder.hash(domainRead, { Intent: [...types.Intent] }, message);
    expect(hash).to.equal(hashIntent({ ...exampleIntent, nonce: 2n ** 200n }, domain));
  });
});

describe("signCancel", () => {
  const intentHash = hashIntent(exampleIntent, domain);

  it("signs what verifyCancelSignature accepts from the owner alone", async () => {
    const signature = await signCancel(intentHash, domain, wallet);
    await verifyCancelSignature({ intentHash, owner, signature }, domain);

    const byAnother = await signCancel(intentHash, domain, stranger);
    const refused = verifyCancelSignature({ intentHash, owner, signature: byAnother }, domain);
    expect(await rejectionCodeOf(refused)).to.equal("InvalidSignature");
  });

  it("cannot be told as a signature of the intent, nor the other way round", async () => {
    const cancel = await signCancel(intentHash, domain, wallet);
    const signedIntent = {
      intent: exampleIntent,
      signature: { scheme: "ecdsa" as const, signature: cancel },
    };
    expect(await verifyIntentSignature(signedIntent, domain)).not.to.equal(owner);

    const { signature } = expected.signature;
    const refused = verifyCancelSignature({ intentHash, owner, signature }, domain);
    expect(await rejectionCodeOf(refused)).to.equal("InvalidSignature");
  });
});
