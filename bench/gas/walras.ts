/**
 * What settling costs, as whole transactions on a local EVM: 21,000, calldata and execution. Plain OpenZeppelin tokens;
 * every owner is another account with an unlimited allowance, and holds both its tokens before and after; 64-byte
 * signatures, no fee. Keys, amounts and the order of deployment are fixed, so the figures are exact.
 */
import { brotliCompressSync } from "node:zlib";
import {
  batchTokens,
  buildIntent,
  encodeSettle,
  parseAddress,
  signIntent,
  type Fill,
  type Hex,
  type IntentDomain,
  type Transfer,
} from "@walras/sdk";
import { getBytes, id, MaxUint256, Wallet } from "ethers";
import { network } from "hardhat";
import type { TestToken } from "../../types/ethers-contracts/index.ts";

export type GasCase = {
  scenario: "pair" | "ring3" | "batch";
  /** Intents in the batch. */
  n: number;
  /** Whether another nonce of each owner's bitmap word was used before. */
  nonceWord: "used" | "fresh";
  /** "unequal": sellers' and buyers' amounts differ, so that most are served by two transfers. */
  amounts: "pairwise" | "unequal";
  /** Fill or kill, the first part of an intent, or the part that completes it. */
  fill: "whole" | "partial-first" | "partial-rest";
};

export type GasRow = { system: "walras" } & GasCase & { gas: number; bytes: number; brotliBytes: number };

const plain = { nonceWord: "used", amounts: "pairwise", fill: "whole" } as const;
const batchSizes = [10, 50, 100];

export const gasCases: readonly GasCase[] = (["used", "fresh"] as const)
  .flatMap((nonceWord): GasCase[] => [
    { ...plain, scenario: "pair", n: 2, nonceWord },
    { ...plain, scenario: "ring3", n: 3, nonceWord },
    ...batchSizes.map((n) => ({ ...plain, scenario: "batch" as const, n, nonceWord })),
  ])
  .concat(
    batchSizes.flatMap((n): GasCase[] => [
      { ...plain, scenario: "batch", n, amounts: "unequal" },
      { ...plain, scenario: "batch", n, fill: "partial-first" },
      { ...plain, scenario: "batch", n, fill: "partial-rest" },
    ]),
  );

const base = 1_234_567_890_123_456_789n;
const step = 1_000_000_000_000_007n;
const price = 10n ** 18n;

/** A local EVM with the settlement contract and three tokens. */
async function createWorld() {
  const { ethers } = await network.create();
  const [keeper] = await ethers.getSigners();
  if (keeper === undefined) throw new Error("The local EVM has no accounts.");
  const settlement = await ethers.deployContract("Settlement");
  const verifyingContract = parseAddress(await settlement.getAddress(), "settlement");
  const domain: IntentDomain = { chainId: 31337, verifyingContract };
  const tokens: TestToken[] = [];
  for (const name of ["A", "B", "C"]) tokens.push(await ethers.deployContract("TestToken", [name, name, 18]));
  const addresses = await Promise.all(tokens.map((token) => token.getAddress()));

  async function createOwner(name: string): Promise<Wallet> {
    const owner = new Wallet(id(name), ethers.provider);
    await keeper?.sendTransaction({ to: owner.address, value: 10n ** 18n });
    for (const token of tokens) {
      await token.mint(owner.address, 100n * base);
      await token.connect(owner).approve(verifyingContract, MaxUint256);
    }
    return owner;
  }

  async function settle(data: Hex): Promise<number> {
    const response = await keeper?.sendTransaction({ to: verifyingContract, data, gasLimit: 16_000_000n });
    const receipt = await response?.wait();
    if (receipt?.status !== 1) throw new Error("The settlement reverted.");
    return Number(receipt.gasUsed);
  }

  return { settlement, domain, addresses, createOwner, settle };
}

type World = Awaited<ReturnType<typeof createWorld>>;

/** How much each owner gives; at a price of 1 every token's sum is given and taken in full. */
function amountsOf({ n, amounts }: GasCase): bigint[] {
  return Array.from({ length: n }, (_, index) => {
    if (amounts === "pairwise") return base;
    // Even places sell one token in rising amounts, odd places the other in falling ones: equal sums, unequal parts.
    const rank = BigInt(index >> 1);
    return base + step * (index % 2 === 0 ? rank : BigInt(n / 2 - 1) - rank);
  });
}

/** Who pays whom: round the ring when amounts are equal, else down both lists side by side. */
function transfersOf({ n, amounts }: GasCase, ring: number, sold: readonly bigint[]): Transfer[] {
  if (amounts === "pairwise") {
    return Array.from({ length: n }, (_, index) => [
      index,
      index - (index % ring) + ((index + ring - 1) % ring),
    ]);
  }
  const transfers: Transfer[] = [];
  for (const side of [0, 1]) {
    const owed = sold.slice();
    let [from, to] = [side, 1 - side];
    const due = sold.slice();
    while (from < n && to < n) {
      const moved = (owed[from] ?? 0n) < (due[to] ?? 0n) ? (owed[from] ?? 0n) : (due[to] ?? 0n);
      transfers.push([from, to]);
      owed[from] = (owed[from] ?? 0n) - moved;
      due[to] = (due[to] ?? 0n) - moved;
      if (owed[from] === 0n) from += 2;
      if (due[to] === 0n) to += 2;
    }
  }
  return transfers;
}

async function calldata(
  world: World,
  owners: readonly Wallet[],
  gasCase: GasCase,
  part: bigint | null,
): Promise<Hex> {
  const ring = gasCase.scenario === "ring3" ? 3 : 2;
  const sold = amountsOf(gasCase);
  const fills: Fill[] = [];
  for (const [index, owner] of owners.entries()) {
    const place = index % ring;
    const sellAmount = sold[index] ?? 0n;
    const intent = buildIntent({
      sellToken: world.addresses[place] ?? "",
      buyToken: world.addresses[(place + 1) % ring] ?? "",
      sellAmount,
      buyAmount: sellAmount,
      validTo: 4_000_000_000,
      nonce: 1n,
      partiallyFillable: part !== null,
    });
    fills.push({ ...(await signIntent(intent, world.domain, owner)), executed: part ?? sellAmount, fee: 0n });
  }
  const tokens = batchTokens(fills);
  const prices = tokens.map(() => price);
  return encodeSettle({
    tokens,
    prices,
    fills,
    transfers: transfersOf(gasCase, ring, sold),
    callbackData: "0x",
  });
}

/** Measures the cases, each with owners of its own, in one run of one local EVM. */
export async function measureWalras(cases: readonly GasCase[]): Promise<GasRow[]> {
  const world = await createWorld();
  const rows: GasRow[] = [];
  for (const gasCase of cases) {
    const name = Object.values(gasCase).join(" ");
    const owners: Wallet[] = [];
    for (let index = 0; index < gasCase.n; index++) owners.push(await world.createOwner(`${name} ${index}`));
    if (gasCase.nonceWord === "used")
      for (const owner of owners) await world.settlement.connect(owner).cancel(0n);

    const half = base / 2n;
    if (gasCase.fill === "partial-rest") await world.settle(await calldata(world, owners, gasCase, half));
    const parts = { whole: null, "partial-first": half, "partial-rest": base - half };
    const data = await calldata(world, owners, gasCase, parts[gasCase.fill]);
    const bytes = getBytes(data);
    rows.push({
      system: "walras",
      ...gasCase,
      gas: await world.settle(data),
      bytes: bytes.length,
      brotliBytes: brotliCompressSync(bytes).length,
    });
  }
  return rows;
}
