import type { BatchPage, BatchView, BooksView, BookView, Intent, KeeperErrorBody } from "@walras/sdk";
import { expect } from "chai";
import { admitted, attempt, minedIn, simulated, tokenA, tokenB } from "../../test/samples.ts";
import { startApp, startMarket, type Market, type TestApp } from "../../test/testApp.ts";
import { decimalRatio } from "./views.ts";

describe("the market over HTTP", function () {
  this.timeout(300_000);
  let market: Market;
  let test: TestApp;
  const clock = 1_800_000_000;

  before(async () => {
    market = await startMarket();
  });

  after(() => market.local.close());

  beforeEach(async () => {
    test = await startApp(market, { clock: () => clock * 1000 });
  });

  afterEach(() => test.close());

  const get = (url: string) => test.call({ url });

  async function add(fields: Partial<Intent>) {
    const intent = admitted(fields);
    await test.store.addIntent(intent, 1);
    return intent;
  }

  it("shows for each direction how many offer how much and the lowest limit", async () => {
    await add({ sellAmount: 1_000n, buyAmount: 900n });
    await add({ sellAmount: 10n, buyAmount: 8n });
    await add({ sellToken: tokenB, buyToken: tokenA, kind: "buy", sellAmount: 300n, buyAmount: 100n });
    const gone = await add({ sellAmount: 10n, buyAmount: 1n });
    const reason = { code: "InsufficientBalance", message: "Gone." };
    await test.store.updateIntents([{ intentHash: gone.intentHash, status: "invalid", reason }], 2);

    const { books }: BooksView = (await get("/v1/books")).json();
    expect(books).to.deep.equal([
      { sellToken: tokenA, buyToken: tokenB, intents: 2, sellAmount: "1010", bestLimitPrice: "0.8" },
      {
        sellToken: tokenB,
        buyToken: tokenA,
        intents: 1,
        sellAmount: "300",
        bestLimitPrice: "0.333333333333333333",
      },
    ]);
  });

  it("counts what is left of a partly filled intent, of both kinds", async () => {
    for (const [kind, sellToken, buyToken] of [
      ["sell", tokenA, tokenB],
      ["buy", tokenB, tokenA],
    ] as const) {
      const intent = await add({
        kind,
        sellToken,
        buyToken,
        sellAmount: 1_000n,
        buyAmount: 500n,
        partiallyFillable: true,
      });
      const sent = attempt();
      const { batch } = await test.store.addBatch(simulated([{ intent, executed: 250n }]), sent, 2);
      await test.store.markMined(batch.id, minedIn(sent.transactionHash), 3);
    }
    const { books }: BooksView = (await get("/v1/books")).json();
    expect(books.map(({ sellAmount }) => sellAmount)).to.deep.equal(["750", "500"]);
  });

  it("shows a book, lowest limit first, decayed to now", async () => {
    const dear = await add({ sellAmount: 100n, buyAmount: 90n });
    const cheap = await add({ sellAmount: 1_000_000n, buyAmount: 1n });
    // Asks 180 at first and 80 in the end; now it is half way, at 130.
    const decaying = await add({
      sellAmount: 100n,
      buyAmount: 80n,
      startBuyAmount: 180n,
      validFrom: clock - 50,
      decayEnd: clock + 50,
    });
    await add({ sellToken: tokenB, buyToken: tokenA });
    const { intents }: BookView = (await get(`/v1/books/${tokenA.toLowerCase()}/${tokenB}`)).json();
    expect(intents.map(({ intentHash }) => intentHash)).to.deep.equal(
      [cheap, dear, decaying].map(({ intentHash }) => intentHash),
    );
  });

  it("shows an empty book for tokens that nobody offers, and refuses what is no address", async () => {
    const { intents }: BookView = (await get(`/v1/books/${tokenA}/${tokenB}`)).json();
    expect(intents).to.deep.equal([]);
    const answer = await get(`/v1/books/${tokenA}/WETH`);
    expect(answer.json<KeeperErrorBody>()).to.include({ code: "InvalidRequest" });
  });

  it("shows batches, newest first, by pages, each through its life", async () => {
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) {
      const intent = await add({});
      const { batch } = await test.store.addBatch(
        simulated([{ intent, executed: 1_000n }]),
        attempt(),
        i + 2,
      );
      ids.unshift(batch.id);
    }
    const first: BatchPage = (await get("/v1/batches?limit=2")).json();
    const second: BatchPage = (await get(`/v1/batches?limit=2&cursor=${String(first.nextCursor)}`)).json();
    expect([...first.batches, ...second.batches].map(({ id }) => id)).to.deep.equal(ids);
    expect(second.nextCursor).to.equal(null);

    const id = ids[0] ?? "";
    const view = async (): Promise<BatchView> => (await get(`/v1/batches/${id}`)).json();
    expect(await view()).to.include({
      status: "simulated",
      transactionHash: null,
      blockNumber: null,
      gasUsed: null,
    });
    const submitted = await test.store.markSubmitted(id, 5);
    const transactionHash = submitted.attempts[0]?.transactionHash;
    expect(await view()).to.include({ status: "submitted", transactionHash });
    if (transactionHash !== undefined) await test.store.markMined(id, minedIn(transactionHash, 10), 6);
    expect(await view()).to.include({ status: "mined", transactionHash, blockNumber: 10, gasUsed: 77 });
    expect((await view()).value).to.deep.equal({
      basis: "equilibrium",
      surplus: "14",
      bound: "16",
      gap: "2",
      certified: true,
    });
    expect((await view()).fills[0]).to.include({ executed: "1000", sold: "1000", batchId: id });
  });

  it("refuses a batch that is not there and a cursor that is none of ours", async () => {
    expect((await get("/v1/batches/none")).json<KeeperErrorBody>().code).to.equal("NotFound");
    expect((await get("/v1/batches?cursor=none")).json<KeeperErrorBody>().code).to.equal("InvalidCursor");
  });

  it("writes a ratio as a decimal number of eighteen digits", () => {
    expect(decimalRatio(9n, 10n)).to.equal("0.9");
    expect(decimalRatio(1n, 3n)).to.equal("0.333333333333333333");
    expect(decimalRatio(2n, 1n)).to.equal("2");
    expect(decimalRatio(1n, 10n ** 30n)).to.equal(`0.${"0".repeat(29)}1`);
    expect(decimalRatio(10n ** 38n, 1n)).to.equal(`1${"0".repeat(38)}`);
    expect(decimalRatio((1n << 128n) - 1n, 7n)).to.equal("48611766702991209066196372490252601636");
  });
});
