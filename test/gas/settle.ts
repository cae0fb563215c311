/**
 * What settling costs, as whole transactions on a local chain: `hardhat run test/gas/settle.ts`.
 *
 * Plain OpenZeppelin tokens; every owner is another account, holds both its tokens before and after, and has used another
 * nonce of the word before; fill-or-kill, no fee, 64-byte signatures, amounts that match pairwise.
 */
import {
  batchTokens,
  buildIntent,
  encodeSettle,
  parseAddress,
  signIntent,
  type Fill,
  type IntentDomain,
  type Transfer,
} from "@walras/sdk";
import { MaxUint256, Wallet, id } from "ethers";
import { network } from "hardhat";

const { ethers } = await network.create();

const amount = 1_234_567_890_123_456_789n;
const price = 1_000_000_000_000_000_000n;
const cases = [
  { name: "pair", intents: 2, ring: 2 },
  { name: "ring of 3", intents: 3, ring: 3 },
  { name: "10 intents", intents: 10, ring: 2 },
  { name: "50 intents", intents: 50, ring: 2 },
  { name: "100 intents", intents: 100, ring: 2 },
];

const [funder] = await ethers.getSigners();
const settlement = await ethers.deployContract("Settlement");
const verifyingContract = parseAddress(await settlement.getAddress(), "settlement");
const domain: IntentDomain = { chainId: 31337, verifyingContract };

const tokens = await Promise.all(
  ["A", "B", "C"].map((name) => ethers.deployContract("TestToken", [name, name, 18])),
);
const addresses = await Promise.all(tokens.map((token) => token.getAddress()));

async function createOwner(name: string): Promise<Wallet> {
  const owner = new Wallet(id(name), ethers.provider);
  await funder!.sendTransaction({ to: owner.address, value: 10n ** 18n });
  for (const token of tokens) {
    await token.mint(owner.address, 10n * amount);
    await token.connect(owner).approve(verifyingContract, MaxUint256);
  }
  return owner;
}

/** The calldata that settles rings of `ring` intents: each sells what the next in its ring buys. */
async function settleCalldata(owners: Wallet[], ring: number, nonce: bigint): Promise<`0x${string}`> {
  const fills: Fill[] = [];
  const transfers: Transfer[] = [];
  for (const [index, owner] of owners.entries()) {
    const place = index % ring;
    const intent = buildIntent({
      sellToken: addresses[place]!,
      buyToken: addresses[(place + 1) % ring]!,
      sellAmount: amount,
      buyAmount: amount,
      validTo: 4_000_000_000,
      nonce,
      kind: "sell",
    });
    fills.push({ ...(await signIntent(intent, domain, owner)), executed: amount, fee: 0n });
    // What I sell is bought by the one before me.
    transfers.push([index, index - place + ((place + ring - 1) % ring)]);
  }
  const batch = batchTokens(fills);
  return encodeSettle({
    tokens: batch,
    prices: batch.map(() => price),
    fills,
    transfers,
    callbackData: "0x",
  });
}

for (const { name, intents, ring } of cases) {
  const owners = await Promise.all(
    Array.from({ length: intents }, (_, index) => createOwner(`${name} ${index}`)),
  );
  let gas = 0n;
  let bytes = 0;
  for (const nonce of [1n, 2n]) {
    const data = await settleCalldata(owners, ring, nonce);
    const response = await funder!.sendTransaction({ to: verifyingContract, data });
    gas = (await response.wait())!.gasUsed;
    bytes = (data.length - 2) / 2;
  }
  console.log(
    `${name.padEnd(12)} ${gas} gas, ${gas / BigInt(intents)} an intent, ${bytes} bytes of calldata`,
  );
}
