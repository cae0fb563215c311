/** Settles each case by each system, and counts gas and calldata. */
import { brotliCompressSync } from "node:zlib";
import { getBytes, type Wallet } from "ethers";
import { plannedFills, type GasCase } from "./cases.ts";
import type { CreateSystem, System, SystemName } from "./system.ts";
import { createWorld, type World } from "./world.ts";

export type GasRow = { system: SystemName } & GasCase & {
    /** Of the whole transaction: 21,000, calldata and execution. */
    gas: number;
    /** Of calldata. */
    bytes: number;
    brotliBytes: number;
  };

/** A settlement that was measured; its transaction can be traced while `visit` runs, and is undone afterwards. */
export type Measured = { row: GasRow; hash: string; data: string; world: World };

/**
 * Measures in one run of one local EVM. Every case begins in the same state, whatever was measured before.
 *
 * @param visit called after each settlement, with the EVM as that has left it
 */
export async function measure(
  creators: readonly CreateSystem[],
  cases: readonly GasCase[],
  visit: (measured: Measured) => Promise<void> = () => Promise.resolve(),
): Promise<GasRow[]> {
  const world = await createWorld();
  const systems: System[] = [];
  for (const create of creators) systems.push(await create(world));
  const spenders = systems.map(({ spender }) => spender);
  const owners: Wallet[] = [];
  const most = Math.max(...cases.map(({ n }) => n));
  for (let index = 0; index < most; index++) {
    owners.push(await world.createOwner(`owner ${index}`, spenders));
  }

  const rows: GasRow[] = [];
  for (const system of systems) {
    for (const gasCase of cases.filter(system.has)) {
      const before = await world.snapshot();
      const measured = await settle(world, system, gasCase, owners.slice(0, gasCase.n));
      rows.push(measured.row);
      await visit(measured);
      await before.restore();
    }
  }
  return rows;
}

async function settle(
  world: World,
  system: System,
  gasCase: GasCase,
  owners: readonly Wallet[],
): Promise<Measured> {
  if (gasCase.nonceWord === "used") await system.useNonceWords(gasCase, owners);
  if (gasCase.fill === "partial-rest") {
    await world.send(await system.settlement({ ...gasCase, fill: "partial-first" }, owners));
  }
  const call = await system.settlement(gasCase, owners);

  const before = await balances(world, gasCase, owners);
  const { hash, gas } = await world.send(call);
  const after = await balances(world, gasCase, owners);
  for (const [index, { executed }] of plannedFills(gasCase).entries()) {
    const [was, is] = [before[index], after[index]];
    if (
      was === undefined ||
      is === undefined ||
      was.sold - is.sold !== executed ||
      is.bought - was.bought !== executed
    ) {
      throw new Error(`${system.name} did not settle fill ${index} of ${JSON.stringify(gasCase)}.`);
    }
  }

  const bytes = getBytes(call.data);
  const row: GasRow = {
    system: system.name,
    scenario: gasCase.scenario,
    n: gasCase.n,
    nonceWord: gasCase.nonceWord,
    amounts: gasCase.amounts,
    fill: gasCase.fill,
    gas,
    bytes: bytes.length,
    brotliBytes: brotliCompressSync(bytes).length,
  };
  return { row, hash, data: call.data, world };
}

/** What each owner has of the token that it sells and of the one that it buys. */
async function balances(world: World, gasCase: GasCase, owners: readonly Wallet[]) {
  const fills = plannedFills(gasCase);
  return Promise.all(
    owners.map(async ({ address }, index) => ({
      sold: await world.balanceOf(fills[index]?.sellToken ?? 0, address),
      bought: await world.balanceOf(fills[index]?.buyToken ?? 0, address),
    })),
  );
}
