/**
 * The audit trusts nobody: it takes the fills from the chain's own events, checks each against the limit that was
 * signed, and checks that every balance has changed by the sums of the fills, to the atom.
 */
import { decodeSettlementLogs, limitBuyAmount, type Address, type BatchView } from "@walras/sdk";
import type { Followed } from "./follow.ts";
import { swapsOn, type DemoPool } from "./pool.ts";
import { ownerOf, tokenOf, type World } from "./world.ts";

export type Audit = { checks: number; problems: string[] };

export async function audit(
  world: World,
  { keeper, pool }: { keeper: Address; pool: DemoPool | null },
  followed: readonly Followed[],
  batches: readonly BatchView[],
  balances: { before: Map<string, bigint>; after: Map<string, bigint> },
): Promise<Audit> {
  const problems: string[] = [];
  let checks = 0;
  const check = (holds: boolean, problem: string) => {
    checks += 1;
    if (!holds) problems.push(problem);
  };

  const byHash = new Map(followed.map((each) => [each.intentHash.toLowerCase(), each]));
  const expected = new Map(balances.before);
  const add = (account: Address, token: Address, amount: bigint) => {
    const key = `${account} ${token}`;
    expected.set(key, (expected.get(key) ?? 0n) + amount);
  };
  const totals = new Map<string, { sold: bigint; bought: bigint }>();

  for (const batch of batches.filter(({ status }) => status === "mined" || status === "confirmed")) {
    const receipt = await world.chain.provider.getTransactionReceipt(batch.transactionHash ?? "");
    check(receipt?.status === 1, `Batch ${batch.id} is not on the chain.`);
    const block = await world.chain.provider.getBlock(receipt?.blockNumber ?? 0);
    const settled = decodeSettlementLogs(receipt?.logs ?? [], world.settlement).batches;
    const fills = settled.flatMap((each) => each.fills);
    check(fills.length === batch.fills.length, `Batch ${batch.id} has ${fills.length} fills on the chain.`);

    if (pool !== null) {
      // What a pool takes comes from the keeper's side of the batch, and what it gives goes there.
      for (const { amounts } of swapsOn(pool, receipt?.logs ?? [])) {
        for (const [side, token] of pool.tokens.entries()) {
          add(pool.pair, token, amounts[side] ?? 0n);
          add(keeper, token, -(amounts[side] ?? 0n));
        }
      }
    }
    for (const { intentHash, owner: signer, sold, bought } of fills) {
      const each = byHash.get(intentHash.toLowerCase());
      if (each === undefined) {
        check(false, `The chain settled ${intentHash}, which nobody posted.`);
        continue;
      }
      const { intent, demo } = each;
      const owner = ownerOf(world, demo.owner);
      check(signer === owner.address, `${demo.label} of ${demo.owner} was settled for ${signer}.`);
      const limit = limitBuyAmount(intent, block?.timestamp ?? 0);
      check(
        bought * intent.sellAmount >= sold * limit,
        `${demo.label} of ${demo.owner} got less than its limit.`,
      );
      check(
        (block?.timestamp ?? 0) <= intent.validTo,
        `${demo.label} of ${demo.owner} settled after its end.`,
      );

      const sellToken = tokenOf(world, demo.terms.sell).address;
      const buyToken = tokenOf(world, demo.terms.buy).address;
      add(owner.address, sellToken, -sold);
      add(keeper, sellToken, sold);
      add(keeper, buyToken, -bought);
      add(owner.address, buyToken, bought);
      const total = totals.get(intentHash) ?? { sold: 0n, bought: 0n };
      totals.set(intentHash, { sold: total.sold + sold, bought: total.bought + bought });
    }
  }

  for (const { demo, view, intent, intentHash } of followed) {
    const { sold, bought } = totals.get(intentHash) ?? { sold: 0n, bought: 0n };
    const whose = `${demo.label} of ${demo.owner}`;
    check(sold <= intent.sellAmount, `${whose} gave more than it signed.`);
    if (view === null) continue;
    check(BigInt(view.sold) === sold, `${whose}: the keeper says ${view.sold} sold, the chain ${sold}.`);
    check(
      BigInt(view.bought) === bought,
      `${whose}: the keeper says ${view.bought} bought, the chain ${bought}.`,
    );
  }
  for (const { address: token } of world.tokens.values()) {
    // The keeper's executor swaps, and may keep what rounding leaves over: the two are one side.
    if (pool === null) continue;
    const [own, held] = [`${keeper} ${token}`, `${pool.executor} ${token}`];
    expected.delete(held);
    balances.after.set(own, (balances.after.get(own) ?? 0n) + (balances.after.get(held) ?? 0n));
  }
  for (const [key, amount] of expected) {
    check(
      balances.after.get(key) === amount,
      `Balance ${key} is ${balances.after.get(key) ?? 0n}, not ${amount}.`,
    );
    check(amount >= 0n, `Balance ${key} would have to be ${amount}.`);
  }
  for (const [key, amount] of balances.after) {
    if (key.startsWith(world.settlement))
      check(amount === 0n, `The settlement contract holds ${key}: ${amount}.`);
  }
  return { checks, problems };
}
