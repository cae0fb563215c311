import { signCancel, type Hex, type IntentEvent, type IntentPage, type KeeperErrorBody } from "@walras/sdk";
import { expect } from "chai";
import { withApp } from "../../test/hooks.ts";
import { admitted, attempt, minedIn, simulated } from "../../test/samples.ts";
import {
  bodyOf,
  settlementAbi,
  startApp,
  viewOf,
  wallet1271,
  type Market,
  type TestApp,
} from "../../test/testApp.ts";

describe("an intent that was posted", function () {
  this.timeout(300_000);
  let market: Market;
  let test: TestApp;

  withApp((...started) => void ([market, test] = started));

  const get = (url: string, headers: Record<string, string> = {}) => test.call({ url, headers });

  async function posted(
    terms: Parameters<typeof bodyOf>[1] = {},
    wallet?: Parameters<typeof bodyOf>[2],
  ): Promise<Hex> {
    const answer = await test.post(await bodyOf(market, terms, wallet));
    return viewOf(answer).intentHash;
  }

  async function codeOf(answer: ReturnType<typeof get>, status: number): Promise<string> {
    const { statusCode, ...rest } = await answer;
    expect(statusCode).to.equal(status);
    return rest.json<KeeperErrorBody>().code;
  }

  describe("is got", () => {
    it("by its hash, in either case", async () => {
      const hash = await posted();
      expect(viewOf(await get(`/v1/intents/${hash}`)).intentHash).to.equal(hash);
      const upper = `0x${hash.slice(2).toUpperCase()}`;
      expect(viewOf(await get(`/v1/intents/${upper}`)).intentHash).to.equal(hash);
    });

    it("with its fills, once a batch holds it, and without those that came to nothing", async () => {
      const hash = await posted({ partiallyFillable: true });
      const stored = await test.store.getIntent(hash);
      if (stored === null) throw new Error("not stored");
      const { intent } = stored.signed;
      const settlement = simulated([{ intent: admitted(intent, { intentHash: hash }), executed: 400n }]);

      const failed = await test.store.addBatch(settlement, attempt(), 1);
      expect(viewOf(await get(`/v1/intents/${hash}`))).to.include({ status: "executing" });
      expect(viewOf(await get(`/v1/intents/${hash}`)).fills[0]).to.include({ transactionHash: null });
      await test.store.markFailed(failed.batch.id, { code: "Test", message: "For the test." }, 2);
      expect(viewOf(await get(`/v1/intents/${hash}`)).fills).to.deep.equal([]);

      const sent = attempt();
      const { batch } = await test.store.addBatch(settlement, sent, 3);
      await test.store.markSubmitted(batch.id, 4);
      expect(viewOf(await get(`/v1/intents/${hash}`)).fills[0]).to.include({
        transactionHash: sent.transactionHash,
        confirmed: false,
      });
      await test.store.markMined(batch.id, minedIn(sent.transactionHash), 5);
      const view = viewOf(await get(`/v1/intents/${hash}`));
      expect(view).to.include({ status: "partiallyFilled", filledAmount: "400", sold: "400" });
      expect(view.fills).to.deep.equal([
        {
          batchId: batch.id,
          transactionHash: sent.transactionHash,
          executed: "400",
          sold: "400",
          bought: "398",
          fee: "2",
          confirmed: false,
        },
      ]);
      await test.store.markConfirmed(batch.id, 6);
      expect(viewOf(await get(`/v1/intents/${hash}`)).fills[0]?.confirmed).to.equal(true);
    });

    it("not by a hash that nobody has, or that is none", async () => {
      expect(await codeOf(get(`/v1/intents/0x${"00".repeat(32)}`), 404)).to.equal("NotFound");
      expect(await codeOf(get("/v1/intents/0x12"), 400)).to.equal("InvalidRequest");
    });
  });

  describe("is listed", () => {
    it("under its owner, newest first, by pages, and by status", async () => {
      const owner = market.other;
      const hashes: Hex[] = [];
      for (let i = 0; i < 5; i++) hashes.unshift(await posted({}, market.otherWallet));
      await test.store.updateIntents(
        hashes.slice(0, 2).map((intentHash) => ({ intentHash, status: "expired" as const, reason: null })),
        1,
      );
      const seen: Hex[] = [];
      let cursor: string | null = null;
      do {
        const next: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
        const answer = await get(`/v1/intents?owner=${owner.toLowerCase()}&limit=2${next}`);
        expect(answer.statusCode).to.equal(200);
        const page: IntentPage = answer.json();
        expect(page.intents.length).to.be.at.most(2);
        seen.push(...page.intents.map(({ intentHash }) => intentHash));
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(seen).to.deep.equal(hashes);

      const expired: IntentPage = (await get(`/v1/intents?owner=${owner}&status=expired`)).json();
      expect(expired.intents.map(({ intentHash }) => intentHash)).to.deep.equal(hashes.slice(0, 2));
    });

    it("not without an owner, nor with a filter that is none", async () => {
      const { rich } = market;
      expect(await codeOf(get("/v1/intents"), 400)).to.equal("InvalidRequest");
      expect(await codeOf(get(`/v1/intents?owner=${rich}&status=done`), 400)).to.equal("InvalidRequest");
      expect(await codeOf(get(`/v1/intents?owner=${rich}&limit=0`), 400)).to.equal("InvalidRequest");
      expect(await codeOf(get(`/v1/intents?owner=${rich}&limit=101`), 400)).to.equal("InvalidRequest");
      expect(await codeOf(get(`/v1/intents?owner=${rich}&limit=ten`), 400)).to.equal("InvalidRequest");
      expect(await codeOf(get(`/v1/intents?owner=${rich}&since=1`), 400)).to.equal("InvalidRequest");
      expect(await codeOf(get(`/v1/intents?owner=${rich}&cursor=nonsense`), 400)).to.equal("InvalidCursor");
      const mistyped = rich.replace(/[a-f]/, (letter) => letter.toUpperCase());
      expect(await codeOf(get(`/v1/intents?owner=${mistyped}`), 400)).to.equal("InvalidRequest");
    });
  });

  describe("is cancelled", () => {
    const cancel = (hash: Hex, body: unknown) =>
      test.call({
        method: "POST",
        url: `/v1/intents/${hash}/cancel`,
        headers: { "content-type": "application/json" },
        payload: JSON.stringify(body),
      });

    it("by its owner's signature, and stays so when asked again", async () => {
      const hash = await posted();
      const signature = await signCancel(hash, market.domain, market.richWallet);
      const answer = await cancel(hash, { signature });
      expect(answer.statusCode).to.equal(200);
      expect(viewOf(answer).status).to.equal("cancelled");
      expect(viewOf(await cancel(hash, { signature })).status).to.equal("cancelled");
      expect(viewOf(await get(`/v1/intents/${hash}`)).status).to.equal("cancelled");
    });

    it("not by somebody else, nor by a signature over another intent or for another chain", async () => {
      const hash = await posted();
      const { domain, richWallet, otherWallet } = market;
      for (const signature of [
        await signCancel(hash, domain, otherWallet),
        await signCancel(await posted(), domain, richWallet),
        await signCancel(hash, { ...domain, chainId: 1 }, richWallet),
        "0x1234",
      ]) {
        expect(await codeOf(cancel(hash, { signature }), 400)).to.equal("InvalidSignature");
      }
      expect(await codeOf(cancel(hash, {}), 400)).to.equal("InvalidRequest");
      expect((await test.store.getIntent(hash))?.status).to.equal("open");
    });

    it("by its owner's contract, which is asked on chain", async () => {
      const { local, domain, rich, richWallet, otherWallet } = market;
      const wallet = await local.deploy(wallet1271, ["address"], [rich]);
      // Admission is not what is tested here: the store is given the intent as if it had passed.
      const intentHash: Hex = `0x${"5c".repeat(32)}`;
      const contractOwned = admitted({}, { intentHash, owner: wallet });
      contractOwned.signed.signature = { scheme: "eip1271", owner: wallet, signature: "0x" };
      await test.store.addIntent(contractOwned, 1);

      const wrong = await signCancel(intentHash, domain, otherWallet);
      expect(await codeOf(cancel(intentHash, { signature: wrong }), 400)).to.equal("InvalidSignature");
      local.fault = () => "drop";
      const right = await signCancel(intentHash, domain, richWallet);
      expect(await codeOf(cancel(intentHash, { signature: right }), 503)).to.equal("NodeUnreachable");
      local.fault = () => null;
      expect(viewOf(await cancel(intentHash, { signature: right })).status).to.equal("cancelled");
    });

    it("not when it is executing, nor when it is not there", async () => {
      const hash = await posted();
      const signature = await signCancel(hash, market.domain, market.richWallet);
      await test.store.addBatch(
        simulated([{ intent: admitted({}, { intentHash: hash }), executed: 1_000n }]),
        attempt(),
        1,
      );
      expect(await codeOf(cancel(hash, { signature }), 409)).to.equal("NotCancellable");
      expect(await codeOf(cancel(`0x${"00".repeat(32)}`, { signature }), 404)).to.equal("NotFound");
    });
  });

  describe("is followed", () => {
    const url = (hash: Hex) => `/v1/intents/${hash}/events`;

    /** The events in the text of a stream. */
    function eventsIn(text: string): IntentEvent[] {
      return [...text.matchAll(/^id: (\d+)\nevent: status\ndata: (.*)\n\n/gm)].map(([, id, data]) => {
        const event = JSON.parse(data ?? "") as IntentEvent;
        expect(event.id).to.equal(id);
        return event;
      });
    }

    async function change(
      intentHash: Hex,
      status: "invalid" | "open" | "expired" | "cancelled",
    ): Promise<void> {
      const reason = { code: "Test", message: `Now ${status}.` };
      test.keeper.publish(await test.store.updateIntents([{ intentHash, status, reason }], Date.now()));
    }

    /** Waits until somebody follows the intent. */
    async function followed(hash: Hex, readers = 1): Promise<void> {
      while (test.keeper.listeners(hash) !== readers) await new Promise((resolve) => setTimeout(resolve, 5));
    }

    it("from its first event on, as things happen, until it is over", async () => {
      const hash = await posted();
      await change(hash, "invalid");
      const stream = get(url(hash));
      await followed(hash);
      await change(hash, "open");
      await change(hash, "expired");
      const answer = await stream;
      expect(answer.headers["content-type"]).to.equal("text/event-stream; charset=utf-8");
      const events = eventsIn(answer.body);
      expect(events.map(({ status }) => status)).to.deep.equal(["open", "invalid", "open", "expired"]);
      expect(events[1]?.reason).to.deep.equal({ code: "Test", message: "Now invalid." });
      expect(test.keeper.listeners(hash), "readers that are gone").to.equal(0);
    });

    it("from where a reader left off, without a gap or a repetition", async () => {
      const hash = await posted();
      await change(hash, "invalid");
      const [first] = await test.store.listEvents(hash);
      const stream = get(url(hash), { "last-event-id": String(first?.id) });
      await followed(hash);
      await change(hash, "cancelled");
      expect(eventsIn((await stream).body).map(({ status }) => status)).to.deep.equal([
        "invalid",
        "cancelled",
      ]);
    });

    it("by several at once, through a burst of changes", async () => {
      const hash = await posted();
      const streams = Array.from({ length: 3 }, () => get(url(hash)));
      await followed(hash, 3);
      for (let i = 0; i < 25; i++) await change(hash, i % 2 === 0 ? "invalid" : "open");
      await change(hash, "expired");
      for (const { body } of await Promise.all(streams)) {
        const ids = eventsIn(body).map(({ id }) => Number(id));
        expect(ids).to.have.length(27);
        expect(ids).to.deep.equal(ids.toSorted((a, b) => a - b));
      }
    });

    it("to the end when it is over already, and with 204 when the reader has seen that", async () => {
      const hash = await posted();
      await change(hash, "expired");
      const events = eventsIn((await get(url(hash))).body);
      expect(events.map(({ status }) => status)).to.deep.equal(["open", "expired"]);
      const again = await get(url(hash), { "last-event-id": events[1]?.id ?? "" });
      expect(again.statusCode).to.equal(204);
      expect(again.body).to.equal("");
    });

    it("not when it is not there, nor from an event that is none", async () => {
      expect(await codeOf(get(url(`0x${"00".repeat(32)}`)), 404)).to.equal("NotFound");
      const hash = await posted();
      expect(await codeOf(get(url(hash), { "last-event-id": "x" }), 400)).to.equal("InvalidRequest");
    });

    it("no longer when the reader leaves, over a real connection", async () => {
      const hash = await posted();
      const base = await test.app.listen({ port: 0, host: "127.0.0.1" });
      const leave = new AbortController();
      const response = await fetch(`${base}${url(hash)}`, { signal: leave.signal });
      const reader = response.body?.getReader();
      await followed(hash);
      expect(new TextDecoder().decode((await reader?.read())?.value)).to.include("retry:");
      leave.abort();
      await followed(hash, 0);
      expect(test.app.openStreams.size).to.equal(0);
    });

    it("until the keeper stops, which does not wait for its readers", async () => {
      const hash = await posted();
      const own = await startApp(market, { store: test.store, keeper: test.keeper });
      const base = await own.app.listen({ port: 0, host: "127.0.0.1" });
      const response = await fetch(`${base}${url(hash)}`);
      await followed(hash);
      await own.close();
      await response.text().catch(() => "");
      expect(test.keeper.listeners(hash)).to.equal(0);
    });
  });

  it("with an approval on chain in place of a signature shows no signature", async () => {
    const body = await bodyOf(market);
    const signed = { ...body, signature: { scheme: "approval", owner: market.rich } };
    const answer = await test.post(signed);
    expect(answer.json<KeeperErrorBody>().code).to.equal("InvalidSignature");
    const { intentHash } = viewOf(await test.post(body));
    const data = settlementAbi.encodeFunctionData("setApproval", [intentHash, true]);
    await market.local.send(market.rich, market.domain.verifyingContract, data);
    expect((await test.post(signed)).statusCode).to.equal(200);
  });
});
