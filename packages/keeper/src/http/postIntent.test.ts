import { compactSignature, hashIntent, parseSignedIntent, type PostIntentBody } from "@walras/sdk";
import { expect } from "chai";
import { computeAddress } from "ethers";
import { withApp } from "../../test/hooks.ts";
import {
  bodyOf,
  changedBody,
  expectRefusal,
  keeperKey,
  viewOf,
  type Market,
  type TestApp,
} from "../../test/testApp.ts";

describe("POST /v1/intents", function () {
  this.timeout(300_000);
  let market: Market;
  let test: TestApp;

  withApp((...started) => void ([market, test] = started));

  afterEach(() => {
    market.local.fault = () => null;
  });

  const refuse: TestApp["refuse"] = (body, status, code) => test.refuse(body, status, code);
  const changed = (fields: Parameters<typeof changedBody>[1]) => changedBody(market, fields);

  describe("takes", () => {
    it("a good intent: 201, stored, and the keeper told", async () => {
      const arrived = test.keeper.arrived;
      const body = await bodyOf(market);
      const answer = await test.post(body);
      expect(answer.statusCode).to.equal(201);
      const view = viewOf(answer);
      expect(view).to.include({ owner: market.rich, status: "open", filledAmount: "0", reason: null });
      expect(view.intent).to.deep.equal(body.intent);
      expect(view.intentHash).to.equal(hashIntent(parseSignedIntent(body).intent, market.domain));
      expect((await test.store.getIntent(view.intentHash))?.owner).to.equal(market.rich);
      expect(test.keeper.arrived).to.equal(arrived + 1);
    });

    it("the chain id of its own chain", async () => {
      const body = { ...(await bodyOf(market)), chainId: market.domain.chainId };
      expect((await test.post(body)).statusCode).to.equal(201);
    });

    it("a signature of 64 bytes", async () => {
      const body = await bodyOf(market);
      if (body.signature.scheme !== "ecdsa") throw new Error("not ECDSA");
      const signature = { scheme: "ecdsa", signature: compactSignature(body.signature.signature) };
      expect((await test.post({ ...body, signature })).statusCode).to.equal(201);
    });

    it("a duplicate: 200, the same answer, nothing stored twice", async () => {
      const body = await bodyOf(market);
      const first = await test.post(body);
      const before = await test.store.counts();
      const arrived = test.keeper.arrived;
      const second = await test.post(body);
      expect(second.statusCode).to.equal(200);
      expect(viewOf(second)).to.deep.equal(viewOf(first));
      expect(await test.store.counts()).to.deep.equal(before);
      expect(test.keeper.arrived).to.equal(arrived);
    });

    it("a duplicate without asking the node, and while the node is down", async () => {
      const body = await bodyOf(market);
      await test.post(body);
      market.local.fault = () => "drop";
      expect((await test.post(body)).statusCode).to.equal(200);
    });

    it("the same intent posted many times at once: one 201, the same answer to all", async () => {
      const body = await bodyOf(market);
      const before = await test.store.counts();
      const answers = await Promise.all(Array.from({ length: 20 }, () => test.post(body)));
      const statuses = answers.map(({ statusCode }) => statusCode).sort();
      expect(statuses).to.deep.equal([...Array<number>(19).fill(200), 201]);
      expect(new Set(answers.map(({ body: text }) => text)).size).to.equal(1);
      expect((await test.store.counts()).openIntents).to.equal(before.openIntents + 1);
    });

    it("an intent of the kind buy whose owner has less than its cap", async () => {
      const body = await bodyOf(market, { kind: "buy", sellAmount: 10n ** 30n, buyAmount: 5n });
      expect((await test.post(body)).statusCode).to.equal(201);
    });

    it("a partially fillable intent whose owner has less than the whole", async () => {
      const body = await bodyOf(market, { partiallyFillable: true, sellAmount: 10n ** 30n, buyAmount: 5n });
      expect((await test.post(body)).statusCode).to.equal(201);
    });

    it("an intent that only this keeper may settle", async () => {
      const body = await bodyOf(market, { settler: computeAddress(keeperKey) });
      expect((await test.post(body)).statusCode).to.equal(201);
    });
  });

  describe("refuses, as a call,", () => {
    const send = (payload: string, contentType?: string) =>
      test.call({
        method: "POST",
        url: "/v1/intents",
        headers: contentType === undefined ? {} : { "content-type": contentType },
        payload,
      });

    it("what is not JSON", async () => {
      expect((await refuse("{ nonsense", 400, "MalformedJson")).message).to.match(/position 2/);
      expect((await refuse("", 400, "MalformedJson")).message).to.equal("The body is not JSON: it is empty.");
      await refuse('{"__proto__": {"intent": {}}}', 400, "InvalidRequest");
    });

    it("another content type, or none", async () => {
      expectRefusal(await send("{}", "text/plain"), 415, "UnsupportedMediaType");
      expectRefusal(await send("{}", "application/xml"), 415, "UnsupportedMediaType");
      const none = await test.call({ method: "POST", url: "/v1/intents" });
      expectRefusal(none, 400, "InvalidRequest");
    });

    it("a body that is too large", async () => {
      const body = await changed({ conditionData: `0x${"ab".repeat(200_000)}` });
      const refusal = await refuse(body, 413, "BodyTooLarge");
      expect(refusal.message).to.include(String(test.config.http.bodyLimit));
    });

    it("JSON that is no object, a field that is missing, and one that is unknown, by their paths", async () => {
      expect((await refuse("[]", 400, "InvalidRequest")).message).to.equal(
        "The body must be of type object.",
      );
      expect((await refuse("null", 400, "InvalidRequest")).message).to.match(/^The body/);
      expect((await refuse("{}", 400, "InvalidRequest")).message).to.equal("intent is missing.");
      const { intent, signature } = await bodyOf(market);
      const { kind: _kind, ...rest } = intent;
      expect((await refuse({ intent: rest, signature }, 400, "InvalidRequest")).message).to.match(
        /^intent\.kind/,
      );
      const more = await refuse({ intent: { ...intent, tip: 1 }, signature }, 400, "InvalidRequest");
      expect(more.message).to.equal("intent has no field tip.");
    });

    it("fields of a wrong form, by their paths", async () => {
      const message = async (fields: Parameters<typeof changed>[0]) =>
        (await refuse(await changed(fields), 400, "InvalidRequest")).message;
      expect(await message({ receiver: "0x12" })).to.match(/^intent\.receiver must be an address/);
      expect(await message({ kind: "swap" })).to.equal('intent.kind must be "sell" or "buy".');
      expect(await message({ partiallyFillable: "yes" })).to.match(/^intent\.partiallyFillable must be/);
      expect(await message({ validTo: 2 ** 32 })).to.match(/^intent\.validTo must be at most/);
      expect(await message({ validTo: 1.5 })).to.match(/^intent\.validTo must be/);
      expect(await message({ nonce: (1n << 256n).toString() })).to.match(
        /^intent\.nonce must be from 0 to 2\^256/,
      );
      expect(await message({ conditionData: "0x123" })).to.match(/^intent\.conditionData must be bytes/);
      const mistyped = market.rich.replace(/[a-f]/, (letter) => letter.toUpperCase());
      expect(await message({ receiver: mistyped })).to.match(/^intent\.receiver must be an address/);
    });

    it("another chain", async () => {
      const body = { ...(await bodyOf(market)), chainId: 1 };
      const refusal = await refuse(body, 400, "WrongChain");
      expect(refusal.message).to.include("chain 1;").and.include(String(market.domain.chainId));
    });
  });

  describe("with a node that", () => {
    const check = async (body: PostIntentBody) => {
      const refusal = await refuse(body, 503, "NodeUnreachable");
      expect(refusal.hint).to.match(/try again/);
    };

    it("is down answers 503, stores nothing, and takes the intent once the node is back", async () => {
      const body = await bodyOf(market);
      market.local.fault = () => "drop";
      await check(body);
      market.local.fault = (method) => (method === "eth_call" ? "http500" : null);
      await check(body);
      market.local.fault = () => null;
      expect((await test.post(body)).statusCode).to.equal(201);
    });
  });

  it("checks all that it can before it asks the node, and asks once", async () => {
    const bad = await changed({ sellAmount: "0" });
    const good = await bodyOf(market);
    await test.post(await bodyOf(market));
    market.local.calls.length = 0;
    await test.post(bad);
    await test.post({ ...good, chainId: 1 });
    expect(market.local.calls).to.deep.equal([]);
    await test.post(good);
    expect(market.local.calls.filter((method) => method !== "eth_call")).to.deep.equal([
      "eth_getBlockByNumber",
    ]);
    expect(market.local.calls, "the tokens are known by now").to.have.length(5);
  });

  it("answers Retry-After when trying again can help", async () => {
    const body = await bodyOf(market);
    market.local.fault = () => "drop";
    expect((await test.post(body)).headers["retry-after"]).to.equal("2");
  });
});
