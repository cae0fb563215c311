/**
 * The sealed lane on the same chain: a scarce thing and too many who want it. Everybody signs and posts in any order; the
 * window locks, the keeper clears it, and the audit takes every amount from the chain's own events.
 */
import {
  buildSealedIntent,
  decodeAuctionLogs,
  lockOf,
  parseAddress,
  readAuction,
  signSealedIntent,
  suggestSealedFee,
  windowAt,
  zeroAddress,
  type Address,
  type AuctionEvent,
  type AuctionMarket,
  type ClaimEvent,
  type Hex,
  type IntentView,
} from "@walras/sdk";
import {
  Contract,
  ContractFactory,
  Interface,
  MaxUint256,
  Wallet,
  formatUnits,
  id,
  parseUnits,
  toBeHex,
} from "ethers";
import type { Audit } from "./audit.ts";
import { sendAll, type Sending } from "./chain.ts";
import type { KeeperProcess } from "./keeperProcess.ts";
import { erc20, readArtifact, type World } from "./world.ts";

/** In seconds: long enough for everybody to be placed into one window on a slow machine. */
const windowLength = 30;
const timeout = 120;
const tipCap = 2_000_000_000n;
const decimals = 6;
/** About one whole token of each. */
const minimum = 1n << 20n;

/** One seller of a hundred, and buyers who would pay so much for so many. All amounts are whole tokens. */
const seller = { name: "sam", seats: 100, limit: 10 };
const buyers = [
  { name: "bea", seats: 60, limit: 15 },
  { name: "cal", seats: 50, limit: 13 },
  { name: "dot", seats: 40, limit: 12 },
  { name: "eli", seats: 30, limit: 10 },
];
/** Where supply meets demand: the last buyer who gets some has named it. */
const expectedPrice = 13;

export type SealedLane = { market: AuctionMarket; seat: Address; cash: Address; deployedIn: number };
type Trader = { name: string; wallet: Wallet; hash: Hex; sells: bigint; asks: bigint; isSeller: boolean };

const atoms = (whole: number) => parseUnits(String(whole), decimals);
const text = (amount: bigint) => Number(formatUnits(amount, decimals)).toFixed(3);

/** Puts the auction and the scarce token on the chain, and funds who will trade there. */
export async function deploySealedLane(world: World): Promise<SealedLane> {
  const { deployer, provider } = world.chain;
  const token = await readArtifact("test/mocks", "TestToken");
  const tokenFactory = new ContractFactory(token.abi, token.bytecode, deployer);
  const deployToken = async (name: string, symbol: string): Promise<Address> => {
    const contract = await tokenFactory.deploy(name, symbol, decimals);
    await contract.waitForDeployment();
    return parseAddress(await contract.getAddress(), symbol);
  };
  // Tokens of its own: what the instant lane still does meanwhile moves none of them.
  const seat = await deployToken("Seat", "SEAT");
  const cash = await deployToken("Dollar", "USD");

  const tokens = [seat, cash].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
  const { abi, bytecode } = await readArtifact("contracts", "CallAuction");
  const factory = new ContractFactory(abi, bytecode, deployer);
  const terms = { tokens, minimums: tokens.map(() => minimum) };
  const contract = await factory.deploy(terms, windowLength, timeout, tipCap, zeroAddress, zeroAddress);
  await contract.waitForDeployment();
  const auction = parseAddress(await contract.getAddress(), "the auction");
  const deployedIn = await provider.getBlockNumber();

  const sendings: Sending[] = [];
  for (const { name, seats: wanted, limit } of [seller, ...buyers]) {
    const wallet = walletOf(world, name);
    await provider.send("hardhat_setBalance", [wallet.address, toBeHex(10n ** 19n)]);
    // Twice what is traded, so that the fee has room.
    const [to, amount] = name === seller.name ? [seat, wanted * 2] : [cash, wanted * limit * 2];
    const mint = erc20.encodeFunctionData("mint", [wallet.address, atoms(amount)]);
    sendings.push({ from: deployer, transaction: { to, data: mint } });
    const approve = erc20.encodeFunctionData("approve", [auction, MaxUint256]);
    sendings.push({ from: wallet, transaction: { to, data: approve } });
  }
  await sendAll(world.chain, sendings);
  const call = ({ to, data }: { to: Address; data: Hex }) => provider.call({ to, data });
  return { market: await readAuction(auction, world.chainId, { call }), seat, cash, deployedIn };
}

/** A key that everybody can know: these accounts exist on local chains only. */
function walletOf(world: World, name: string): Wallet {
  return new Wallet(id(`walras demo trader ${name}`), world.chain.provider);
}

/** Lets a window be traded, tells what came out, and holds the chain to it. */
export async function runSealedLane(
  world: World,
  keeper: KeeperProcess,
  lane: SealedLane,
  say: (line: string) => void,
): Promise<Audit> {
  const { provider } = world.chain;
  const time = async () => (await provider.getBlock("latest"))?.timestamp ?? 0;
  const accounts = [...[seller, ...buyers].map(({ name }) => walletOf(world, name).address), keeper.address];
  const before = await balancesOf(world, lane, accounts);

  await provider.send("evm_setIntervalMining", [1000]);
  const next = lockOf(lane.market, windowAt(lane.market, await time()));
  say("sealed lane: waiting for a new window ...");
  while ((await time()) < next) await pause();
  const window = windowAt(lane.market, await time());
  const traders: Trader[] = [];
  // The dearest bid comes last: order of arrival makes no difference.
  for (const { name, seats, limit } of [...buyers.toReversed(), seller]) {
    traders.push(await post(world, keeper, lane, { name, seats, limit }, await time()));
  }
  say(
    `sealed lane: ${traders.length} intents posted for window ${window}; it locks, is cleared and paid out ...`,
  );

  const views = await untilOver(keeper, traders);
  // The last transactions of the keeper, and what the API says of them, come to rest.
  await pause(3000);
  await provider.send("evm_setIntervalMining", [0]);
  const logs = await provider.getLogs({ address: lane.market.auction, fromBlock: lane.deployedIn });
  const entries = logs.map(({ address, topics, data }) => ({ address, topics: [...topics], data }));
  const events = decodeAuctionLogs(entries, lane.market.auction);
  print(traders, views, events, window);
  return auditLane(world, keeper.address, lane, {
    ...{ traders, views, events, window, before },
    after: await balancesOf(world, lane, accounts),
  });
}

const pause = (milliseconds = 200) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function post(
  world: World,
  keeper: KeeperProcess,
  { market, seat, cash }: SealedLane,
  { name, seats, limit }: { name: string; seats: number; limit: number },
  now: number,
): Promise<Trader> {
  const isSeller = name === seller.name;
  const [sells, asks] = isSeller
    ? [atoms(seats), atoms(seats * limit)]
    : [atoms(seats * limit), atoms(seats)];
  const { gasPrice } = await world.chain.provider.getFeeData();
  const baseFee = (await world.chain.provider.getBlock("latest"))?.baseFeePerGas ?? 0n;
  // An ether is worth 3,000 dollars here, or 240 seats.
  const sellAtomsPerEther = isSeller ? atoms(240) : atoms(3000);
  const fee = suggestSealedFee({
    gasPrice: gasPrice ?? 0n,
    baseFee,
    tipCap,
    sellAtomsPerEther,
    headroom: 4n,
  });
  const terms = {
    ...(isSeller ? { sellToken: seat, buyToken: cash } : { sellToken: cash, buyToken: seat }),
    ...{ sellAmount: sells + fee.maxFee, buyAmount: asks, ...fee, windows: 2, now },
  };
  const wallet = walletOf(world, name);
  const sealed = await signSealedIntent(buildSealedIntent(terms, market), market, wallet);
  const { intentHash } = await keeper.client.postSealedIntent(sealed, market);
  return { name, wallet, hash: intentHash, sells, asks, isSeller };
}

async function untilOver(
  keeper: KeeperProcess,
  traders: readonly Trader[],
): Promise<Map<string, IntentView>> {
  const deadline = Date.now() + 5 * windowLength * 1000;
  for (;;) {
    const views = new Map<string, IntentView>();
    for (const { name, hash } of traders) views.set(name, await keeper.client.getIntent(hash));
    const over = [...views.values()].every(({ status }) => status === "filled" || status === "expired");
    if (over || Date.now() > deadline) return views;
    await pause(500);
  }
}

/* WHAT CAME OUT */

function claimsOf(events: readonly AuctionEvent[], view: IntentView | undefined): ClaimEvent[] {
  const orders = view?.sealed?.orders ?? [];
  return events
    .filter((event) => event.event === "Claim")
    .filter(({ window, id }) => orders.some((order) => order.window === window && order.orderId === id));
}

/** Executed sell-token atoms and bought ones, over all windows, as the chain has them. */
function tradedBy(events: readonly AuctionEvent[], view: IntentView | undefined) {
  const claims = claimsOf(events, view);
  return {
    executed: claims.reduce((sum, { executed }) => sum + executed, 0n),
    bought: claims.reduce((sum, { bought }) => sum + bought, 0n),
  };
}

function print(
  traders: readonly Trader[],
  views: ReadonlyMap<string, IntentView>,
  events: readonly AuctionEvent[],
  window: number,
): void {
  console.log(`\nSealed window ${window}: ${seller.seats} seats, and more buyers than seats\n`);
  for (const { name, sells, asks, isSeller } of traders) {
    const view = views.get(name);
    const { executed, bought } = tradedBy(events, view);
    const [seats, cash] = isSeller ? [executed, bought] : [bought, executed];
    const wish = isSeller
      ? `sells ${text(sells)} SEAT at ${Number(asks) / Number(sells)} or more`
      : `pays ${text(sells)} USD for SEAT at ${Number(sells) / Number(asks)} or less`;
    const price = seats === 0n ? "" : ` at ${(Number(cash) / Number(seats)).toFixed(4)}`;
    const windows = (view?.sealed?.orders ?? []).map((order) => `window ${order.window}`).join(", then ");
    console.log(
      `  ${name.padEnd(4)} ${wish.padEnd(52)} ${text(seats).padStart(8)} SEAT${price.padEnd(12)} ${windows}`,
    );
  }
  const fees = events.reduce(
    (sum, event) => sum + (event.event === "Claim" || event.event === "Place" ? 1 : 0),
    0,
  );
  console.log(
    `\n  The seller asked for ${seller.limit} and got the market's price; the keeper got ${fees} metered fees.`,
  );
}

async function auditLane(
  world: World,
  keeper: Address,
  lane: SealedLane,
  found: {
    traders: readonly Trader[];
    views: ReadonlyMap<string, IntentView>;
    events: readonly AuctionEvent[];
    window: number;
    before: ReadonlyMap<string, bigint>;
    after: ReadonlyMap<string, bigint>;
  },
): Promise<Audit> {
  const { traders, views, events, before, after } = found;
  const problems: string[] = [];
  let checks = 0;
  const check = (holds: boolean, problem: string) => {
    checks += 1;
    if (!holds) problems.push(problem);
  };
  const change = (account: string, token: Address) =>
    (after.get(`${account} ${token}`) ?? 0n) - (before.get(`${account} ${token}`) ?? 0n);

  const fees = new Map<Address, bigint>([
    [lane.seat, 0n],
    [lane.cash, 0n],
  ]);
  const traded = { sold: 0n, bought: 0n, paid: 0n, got: 0n };
  for (const { name, wallet, hash, sells, asks, isSeller } of traders) {
    const view = views.get(name);
    const [sellToken, buyToken] = isSeller ? [lane.seat, lane.cash] : [lane.cash, lane.seat];
    const { executed, bought } = tradedBy(events, view);
    const placing = events.filter((event) => event.event === "Place" && event.intentHash === hash);
    const fee =
      claimsOf(events, view).reduce((sum, claim) => sum + claim.fee, 0n) +
      placing.reduce((sum, event) => sum + (event.event === "Place" ? event.fee : 0n), 0n);
    fees.set(sellToken, (fees.get(sellToken) ?? 0n) + fee);

    check(placing.length === 1, `${name} was placed ${placing.length} times.`);
    check(
      change(wallet.address, sellToken) === -(executed + fee),
      `${name} has not given what was executed.`,
    );
    check(change(wallet.address, buyToken) === bought, `${name} has not got what was bought.`);
    check(bought * sells >= executed * asks, `${name} got less than its limit.`);
    check(
      view?.sold === String(executed + fee) && view.bought === String(bought),
      `${name}: the keeper tells another story.`,
    );
    const [seats, cash] = isSeller ? [executed, bought] : [bought, executed];
    const price = Number(cash) / Number(seats);
    const isUniform = seats === 0n || Math.abs(price / expectedPrice - 1) < 2 ** -15;
    check(isUniform, `${name} traded at ${price}, not at ${expectedPrice}.`);
    if (isSeller) Object.assign(traded, { sold: executed, got: bought });
    else Object.assign(traded, { bought: traded.bought + bought, paid: traded.paid + executed });
  }

  check(traded.sold === atoms(seller.seats), "Not all seats were sold.");
  // Below one atom for each order is lost to rounding; nobody gets it.
  const [seatDust, cashDust] = [traded.sold - traded.bought, traded.paid - traded.got];
  const dust = BigInt(traders.length);
  check(
    seatDust >= 0n && seatDust <= dust && cashDust >= 0n && cashDust <= dust,
    "The two sides do not meet.",
  );
  for (const token of [lane.seat, lane.cash]) {
    const auction = new Contract(
      lane.market.auction,
      new Interface(["function feesOf(address, address) view returns (uint256)"]),
      world.chain.provider,
    );
    const aside = BigInt(String(await auction.getFunction("feesOf")(keeper, token)));
    check(
      change(keeper, token) + aside === fees.get(token),
      "The keeper got something else than metered fees.",
    );
    const held = BigInt(
      String(
        await new Contract(token, erc20, world.chain.provider).getFunction("balanceOf")(lane.market.auction),
      ),
    );
    const left = token === lane.seat ? seatDust : cashDust;
    check(held === aside + left, `The auction holds ${held}, not ${aside + left}.`);
  }
  return { checks, problems };
}

async function balancesOf(
  world: World,
  { seat, cash }: SealedLane,
  accounts: readonly string[],
): Promise<Map<string, bigint>> {
  const balances = new Map<string, bigint>();
  for (const token of [seat, cash]) {
    const contract = new Contract(token, erc20, world.chain.provider);
    for (const account of accounts) {
      balances.set(`${account} ${token}`, BigInt(String(await contract.getFunction("balanceOf")(account))));
    }
  }
  return balances;
}
