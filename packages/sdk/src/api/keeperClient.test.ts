import { expect } from "chai";
import { market, sealedExample } from "../../test/auctionExamples.ts";
import { tokenA, tokenB, wallet } from "../../test/examples.ts";
import {
  exampleHash,
  exampleView,
  json,
  keeperDouble,
  refusal,
  signedExample,
  silence,
  unreachable,
} from "../../test/keeperDouble.ts";
import { signSealedPermit2 } from "../auction/signSealedIntent.ts";
import { serializeSealedIntent, serializeSignedIntent } from "../intent/signedIntentJson.ts";
import { KeeperApiError } from "./KeeperApiError.ts";
import { createKeeperClient, type KeeperClient } from "./keeperClient.ts";
import type { HealthView } from "./types.ts";

const url = "http://keeper.test/prefix/";
const health: HealthView = {
  status: "down",
  chainId: 31337,
  settlement: tokenA,
  block: null,
  node: { reachable: false, latencyMs: null, error: "connection refused" },
  openIntents: 0,
  pendingBatches: 0,
  version: "0.1.0",
};

/** The KeeperApiError that the promise rejects with. */
async function errorOf(promise: Promise<unknown>): Promise<KeeperApiError> {
  const error: unknown = await promise.catch((caught: unknown) => caught);
  if (error instanceof KeeperApiError) return error;
  throw new Error("no KeeperApiError was thrown");
}

describe("the keeper client", () => {
  const wire: [
    name: string,
    call: (keeper: KeeperClient) => Promise<unknown>,
    expected: string,
    answer: unknown,
  ][] = [
    ["getIntent", (keeper) => keeper.getIntent(exampleHash), `GET /v1/intents/${exampleHash}`, exampleView],
    [
      "listIntents",
      (keeper) => keeper.listIntents(tokenA),
      `GET /v1/intents?owner=${tokenA}`,
      { intents: [], nextCursor: null },
    ],
    [
      "listIntents with a filter",
      (keeper) => keeper.listIntents(tokenA, { status: "open", limit: 5, cursor: "a&b" }),
      `GET /v1/intents?owner=${tokenA}&status=open&limit=5&cursor=a%26b`,
      { intents: [exampleView], nextCursor: "c" },
    ],
    ["getBooks", (keeper) => keeper.getBooks(), "GET /v1/books", { books: [] }],
    [
      "getBook",
      (keeper) => keeper.getBook(tokenA, tokenB),
      `GET /v1/books/${tokenA}/${tokenB}`,
      { intents: [] },
    ],
    [
      "listBatches",
      (keeper) => keeper.listBatches({ limit: 2 }),
      "GET /v1/batches?limit=2",
      { batches: [], nextCursor: null },
    ],
    ["getBatch", (keeper) => keeper.getBatch("7/8"), "GET /v1/batches/7%2F8", { id: "7/8", fills: [] }],
    ["listAuctions", (keeper) => keeper.listAuctions(), "GET /v1/auctions", { auctions: [] }],
    [
      "listWindows",
      (keeper) => keeper.listWindows({ auction: tokenA, limit: 3 }),
      `GET /v1/windows?auction=${tokenA}&limit=3`,
      { windows: [], nextCursor: null },
    ],
    [
      "getWindow",
      (keeper) => keeper.getWindow(tokenA, 8),
      `GET /v1/windows/${tokenA}/8`,
      { window: 8, state: "open" },
    ],
    ["health", (keeper) => keeper.health(), "GET /v1/health", health],
  ];
  for (const [name, call, expected, answer] of wire) {
    it(`asks and answers as the wire says: ${name}`, async () => {
      const { calls, fetch } = keeperDouble(json(answer));
      expect(await call(createKeeperClient({ url, fetch }))).to.deep.equal(answer);
      expect(calls.map((made) => `${made.method} ${made.url}`)).to.deep.equal([
        expected.replace(" /", " http://keeper.test/prefix/"),
      ]);
    });
  }

  it("posts an intent of the sealed lane with the auction that it is signed for", async () => {
    const { calls, fetch } = keeperDouble(json(exampleView));
    const sealed = await signSealedPermit2(sealedExample, market, wallet, { owner: tokenA });
    expect(await createKeeperClient({ url, fetch }).postSealedIntent(sealed, market)).to.deep.equal(
      exampleView,
    );
    expect(calls[0]).to.deep.include({ method: "POST", url: `${url}v1/intents` });
    expect(calls[0]?.body).to.deep.equal({
      ...serializeSealedIntent(sealed),
      chainId: market.chainId,
      lane: "sealed",
      auction: market.auction,
    });
  });

  it("posts a signed intent as JSON, with the chain if it is told", async () => {
    const { calls, fetch } = keeperDouble(json(exampleView, 201));
    const keeper = createKeeperClient({ url, fetch });
    expect(await keeper.postIntent(signedExample)).to.deep.equal(exampleView);
    await keeper.postIntent(signedExample, { chainId: 31337 });

    const body = serializeSignedIntent(signedExample);
    expect(calls.map((call) => call.body)).to.deep.equal([body, { ...body, chainId: 31337 }]);
    expect(calls[0]).to.include({ method: "POST", url: "http://keeper.test/prefix/v1/intents" });
    expect(calls[0]?.headers.get("content-type")).to.equal("application/json");
  });

  it("posts the signature of a cancellation", async () => {
    const { calls, fetch } = keeperDouble(json({ ...exampleView, status: "cancelled" }));
    const view = await createKeeperClient({ url, fetch }).cancelIntent(exampleHash, "0x1234");
    expect(view.status).to.equal("cancelled");
    expect(calls[0]).to.include({
      method: "POST",
      url: `http://keeper.test/prefix/v1/intents/${exampleHash}/cancel`,
    });
    expect(calls[0]?.body).to.deep.equal({ signature: "0x1234" });
  });

  it("reads the health of a keeper that is down from its 503, at once", async () => {
    const { calls, fetch } = keeperDouble(json(health, 503));
    expect(await createKeeperClient({ url, fetch }).health()).to.deep.equal(health);
    expect(calls).to.have.length(1);
  });
});

describe("the keeper client, when it is refused", () => {
  it("gives the keeper's code, sentence, hint and status, and does not try again", async () => {
    const { calls, fetch } = keeperDouble(refusal(422, "InsufficientBalance"));
    const error = await errorOf(createKeeperClient({ url, fetch }).postIntent(signedExample));
    expect(error).to.include({
      code: "InsufficientBalance",
      message: "It is InsufficientBalance.",
      hint: "Do otherwise.",
      status: 422,
      retryable: false,
      retryAfterMs: null,
    });
    expect(calls).to.have.length(1);
  });

  it("tries again after what may pass, and posts may be repeated", async () => {
    const { calls, fetch } = keeperDouble(unreachable, refusal(503, "Starting"), json(exampleView, 200));
    expect(await createKeeperClient({ url, fetch }).postIntent(signedExample)).to.deep.equal(exampleView);
    expect(calls).to.have.length(3);
  });

  it("waits as long as the keeper asks", async () => {
    const { fetch } = keeperDouble(refusal(429, "TooManyCalls", { "retry-after": "1" }), json({ books: [] }));
    const start = performance.now();
    await createKeeperClient({ url, fetch }).getBooks();
    expect(performance.now() - start).to.be.greaterThan(990);
  });

  it("does not wait longer than is sensible, but says how long the keeper asked for", async () => {
    const { calls, fetch } = keeperDouble(refusal(429, "TooManyCalls", { "retry-after": "3600" }));
    const error = await errorOf(createKeeperClient({ url, fetch }).getBooks());
    expect(error).to.include({ code: "TooManyCalls", retryable: true, retryAfterMs: 3_600_000 });
    expect(calls).to.have.length(1);
  });

  it("reads a Retry-After that is a date", async () => {
    const later = new Date(Date.now() + 3_600_000).toUTCString();
    const { fetch } = keeperDouble(refusal(503, "Maintenance", { "retry-after": later }));
    const error = await errorOf(createKeeperClient({ url, fetch }).getBooks());
    expect(error.retryAfterMs).to.be.within(3_500_000, 3_600_000);
  });

  it("gives up after as many retries as it was told", async () => {
    const { calls, fetch } = keeperDouble(unreachable);
    const error = await errorOf(createKeeperClient({ url, fetch, retries: 1 }).getBooks());
    expect(error).to.include({ code: "KeeperUnreachable", status: null, retryable: true });
    expect(calls).to.have.length(2);
  });

  it("does not wait for a keeper that does not answer", async () => {
    const { fetch } = keeperDouble(silence);
    const error = await errorOf(createKeeperClient({ url, fetch, timeoutMs: 20, retries: 0 }).getBooks());
    expect(error).to.include({ code: "KeeperTimeout", retryable: true });
  });

  it("counts the body into the time-out", async () => {
    const { fetch } = keeperDouble((_call, signal) => {
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          signal.addEventListener("abort", () => controller.error(new DOMException("aborted", "AbortError")));
        },
      });
      return new Response(body);
    });
    const error = await errorOf(createKeeperClient({ url, fetch, timeoutMs: 20, retries: 0 }).getBooks());
    expect(error.code).to.equal("KeeperTimeout");
  });

  it("stops when its signal fires, also between two attempts", async () => {
    const { calls, fetch } = keeperDouble(refusal(503, "Starting", { "retry-after": "20" }));
    const abort = new AbortController();
    const pending = errorOf(createKeeperClient({ url, fetch }).getBooks({ signal: abort.signal }));
    setTimeout(() => abort.abort(), 10);
    expect((await pending).code).to.equal("Aborted");
    expect(calls.length).to.be.lessThan(2);
  });

  it("notices that something else than a keeper answers", async () => {
    const page = () => new Response("<html>", { status: 200 });
    const answers = [page, json([]), json({ other: true }), json(null)];
    for (const answer of answers) {
      const { fetch } = keeperDouble(answer);
      const error = await errorOf(createKeeperClient({ url, fetch }).getIntent(exampleHash));
      expect(error).to.include({ code: "KeeperBadAnswer", retryable: false });
    }
    const { fetch } = keeperDouble(() => new Response("Bad gateway", { status: 502 }));
    const error = await errorOf(createKeeperClient({ url, fetch, retries: 0 }).getBooks());
    expect(error).to.include({ code: "KeeperBadAnswer", status: 502, retryable: true });
  });

  it("refuses a URL that is none", () => {
    expect(() => createKeeperClient({ url: "keeper" })).to.throw(TypeError);
  });
});
