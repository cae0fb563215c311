import { once } from "node:events";
import { connect } from "node:net";
import type { HealthView, KeeperErrorBody } from "@walras/sdk";
import { expect } from "chai";
import type { InjectOptions } from "fastify";
import pino from "pino";
import { keeperErrorCodes } from "../errors.ts";
import { withApp } from "../../test/hooks.ts";
import { bodyOf, startApp, type Market, type TestApp } from "../../test/testApp.ts";

describe("the HTTP app", function () {
  this.timeout(300_000);
  let market: Market;
  let test: TestApp;

  withApp((...started) => void ([market, test] = started));

  describe("health", () => {
    const healthOf = async (state: Partial<TestApp["keeper"]["state"]>) => {
      test.keeper.state = { ...test.keeper.state, ...state };
      return test.call({ url: "/v1/health" });
    };

    it("is 200 when ok, with who the keeper is", async () => {
      const answer = await healthOf({ status: "ok" });
      expect(answer.statusCode).to.equal(200);
      const view: HealthView = answer.json();
      expect(view).to.include({
        status: "ok",
        chainId: market.domain.chainId,
        settlement: market.domain.verifyingContract,
      });
      expect(view.version).to.match(/^\d+\.\d+\.\d+/);
    });

    it("is 200 when degraded and 503 when down, with what is wrong", async () => {
      const node = { reachable: false, latencyMs: null, error: "connection refused" };
      const degraded = await healthOf({ status: "degraded", node });
      expect(degraded.statusCode).to.equal(200);
      expect(degraded.json<HealthView>().node).to.deep.equal(node);
      const down = await healthOf({ status: "down", node, block: null });
      expect(down.statusCode).to.equal(503);
      expect(down.json<HealthView>().status).to.equal("down");
    });
  });

  describe("what there is not", () => {
    const refused = async (options: InjectOptions, status: number, code: string) => {
      const answer = await test.call(options);
      expect(answer.statusCode).to.equal(status);
      expect(answer.json<KeeperErrorBody>()).to.include({ code });
      expect(answer.headers["x-request-id"]).to.be.a("string");
      return answer;
    };

    it("is a 404 for an unknown path", async () => {
      const answer = await refused({ url: "/v2/intents?x=1" }, 404, "UnknownRoute");
      expect(answer.json<KeeperErrorBody>().message).to.equal("There is no GET /v2/intents.");
      await refused({ url: "/" }, 404, "UnknownRoute");
    });

    it("is a 405 for a wrong method, which names the right ones", async () => {
      const answer = await refused(
        { method: "DELETE", url: `/v1/intents/0x${"00".repeat(32)}` },
        405,
        "MethodNotAllowed",
      );
      expect(answer.headers.allow).to.equal("GET, HEAD");
      const put = {
        method: "PUT",
        url: "/v1/intents",
        payload: "x",
        headers: { "content-type": "text/x" },
      } as const;
      expect((await refused(put, 405, "MethodNotAllowed")).headers.allow).to.equal("POST, GET, HEAD");
    });

    it("is a 400 for a path that is no URL, or too long", async () => {
      await refused({ url: "/v1/intents/%zz" }, 400, "InvalidRequest");
      await refused({ url: `/v1/intents/${"a".repeat(500)}` }, 400, "InvalidRequest");
    });
  });

  it("gives each call an id, the caller's own if it is fit for a log", async () => {
    const id = async (given?: string) =>
      (await test.call({ url: "/v1/books", headers: given === undefined ? {} : { "x-request-id": given } }))
        .headers["x-request-id"];
    expect(await id("abc-1")).to.equal("abc-1");
    expect(await id('"} forged')).to.match(/^[\da-f-]{36}$/);
    expect(await id()).not.to.equal(await id());
  });

  it("logs a refusal under the id of its call, and what nobody foresaw with its cause", async () => {
    const lines: Record<string, unknown>[] = [];
    const logger = pino(
      { level: "debug" },
      { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
    );
    const broken = await startApp(market, {
      logger,
      keeper: { ...quiet, health: () => Promise.reject(new Error("the disk is on fire")) },
    });
    await broken.call({ url: "/v1/intents/0x12", headers: { "x-request-id": "one" } });
    const answer = await broken.call({ url: "/v1/health", headers: { "x-request-id": "two" } });
    await broken.close();

    expect(answer.statusCode).to.equal(500);
    expect(answer.json<KeeperErrorBody>().code).to.equal("Internal");
    expect(answer.body).not.to.include("fire");
    expect(lines.find(({ requestId, code }) => requestId === "one" && code === "InvalidRequest")).to.include({
      msg: "call refused",
    });
    const failure = lines.find(({ requestId, level }) => requestId === "two" && level === 50);
    expect(JSON.stringify(failure)).to.include("the disk is on fire");
    expect(lines.filter(({ msg }) => msg === "call answered")).to.have.length(3);
  });

  const quiet = {
    blockTime: () => null,
    metrics: { contentType: "text/plain", text: () => Promise.reject(new Error("not asked for")) },
    cancelIntent: () => Promise.reject(new Error("not asked for")),
    health: () => Promise.reject(new Error("not asked for")),
    intentArrived: () => undefined,
    subscribe: () => () => undefined,
  };

  it("lets web pages of the configured origins call, and no others", async () => {
    const preflight = async (app: TestApp, origin: string) => {
      const answer = await app.app.inject({
        method: "OPTIONS",
        url: "/v1/intents",
        headers: {
          origin,
          "access-control-request-method": "POST",
          "access-control-request-headers": "content-type",
        },
      });
      expect(answer.statusCode).to.equal(204);
      return answer.headers["access-control-allow-origin"];
    };
    expect(await preflight(test, "https://a.example")).to.equal("*");
    const strict = await startApp(market, { env: { WALRAS_HTTP_CORS: "https://a.example" } });
    expect(await preflight(strict, "https://a.example")).to.equal("https://a.example");
    expect(await preflight(strict, "https://b.example")).not.to.equal("https://b.example");
    await strict.close();
  });

  it("refuses a caller who calls too often, but neither health checks nor this machine", async () => {
    const strict = await startApp(market, { env: { WALRAS_HTTP_RATE_LIMIT_MAX: "3" } });
    const from = async (remoteAddress: string, url = "/v1/books") => strict.call({ url, remoteAddress });
    for (let i = 0; i < 3; i++) expect((await from("203.0.113.7")).statusCode).to.equal(200);
    const answer = await from("203.0.113.7");
    expect(answer.statusCode).to.equal(429);
    expect(answer.json<KeeperErrorBody>()).to.include({ code: "TooManyRequests" });
    expect(Number(answer.headers["retry-after"])).to.be.within(1, 60);
    expect((await from("203.0.113.7", "/nowhere")).statusCode).to.equal(429);
    expect((await from("203.0.113.7", "/v1/health")).statusCode).to.equal(200);
    expect((await from("203.0.113.8")).statusCode).to.equal(200);
    for (let i = 0; i < 9; i++) expect((await from("127.0.0.1")).statusCode).to.equal(200);
    for (let i = 0; i < 9; i++) expect((await from("::1")).statusCode).to.equal(200);
    await strict.close();
  });

  it("limits nobody when the limit is 0", async () => {
    const open = await startApp(market, { env: { WALRAS_HTTP_RATE_LIMIT_MAX: "0" } });
    for (let i = 0; i < 20; i++) {
      expect((await open.call({ url: "/v1/books", remoteAddress: "203.0.113.7" })).statusCode).to.equal(200);
    }
    expect((await open.call({ url: "/nowhere", remoteAddress: "203.0.113.7" })).statusCode).to.equal(404);
    await open.close();
  });

  it("answers the calls under way when it closes, and waits for no connection that says nothing", async () => {
    const own = await startApp(market);
    const base = new URL(await own.app.listen({ port: 0, host: "127.0.0.1" }));
    const silent = connect(Number(base.port), base.hostname);
    await once(silent, "connect");
    const asked = Promise.withResolvers<null>();
    const answer = Promise.withResolvers<TestApp["keeper"]["state"]>();
    own.keeper.health = () => {
      asked.resolve(null);
      return answer.promise;
    };
    const call = fetch(new URL("/v1/health", base));
    await asked.promise;
    const closed = own.close();
    await once(silent, "close");
    answer.resolve(own.keeper.state);
    expect((await call).status).to.equal(200);
    await closed;
  });

  describe("the OpenAPI document", () => {
    type Document = {
      openapi: string;
      paths: Record<
        string,
        Record<string, { operationId: string; responses: Record<string, { description: string }> }>
      >;
      components: { schemas: Record<string, unknown> };
    };

    it("is of version 3.1 and lists every call of the API, and nothing else", async () => {
      const document: Document = (await test.call({ url: "/v1/openapi.json" })).json();
      expect(document.openapi).to.equal("3.1.0");
      const calls = Object.entries(document.paths).flatMap(([path, operations]) =>
        Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
      );
      expect(calls.sort()).to.deep.equal([
        "GET /v1/auctions",
        "GET /v1/batches",
        "GET /v1/batches/{id}",
        "GET /v1/books",
        "GET /v1/books/{sellToken}/{buyToken}",
        "GET /v1/health",
        "GET /v1/intents",
        "GET /v1/intents/{intentHash}",
        "GET /v1/intents/{intentHash}/events",
        "GET /v1/metrics",
        "GET /v1/openapi.json",
        "GET /v1/windows",
        "GET /v1/windows/{auction}/{window}",
        "POST /v1/intents",
        "POST /v1/intents/{intentHash}/cancel",
      ]);
    });

    it("names each shape once and points at nothing that is not there", async () => {
      const answer = await test.call({ url: "/v1/openapi.json" });
      const { components }: Document = answer.json();
      const names = Object.keys(components.schemas);
      expect(names).to.include.members([
        "IntentView",
        "PostIntentBody",
        "BatchView",
        "HealthView",
        "ErrorBody",
      ]);
      expect(names.filter((name) => name.endsWith("Input"))).to.deep.equal([]);
      const references = [...answer.body.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
        ([, name]) => name,
      );
      expect(references).to.include("IntentView");
      for (const name of references) expect(names).to.include(name);
    });

    it("names only codes of the registry", async () => {
      const { paths }: Document = (await test.call({ url: "/v1/openapi.json" })).json();
      const named = Object.values(paths)
        .flatMap((operations) => Object.values(operations))
        .flatMap(({ responses }) => Object.values(responses))
        .flatMap(({ description }) => /^One of the codes (.*)\.$/.exec(description)?.[1]?.split(", ") ?? []);
      expect(named).to.include("SameToken");
      for (const code of named) expect(keeperErrorCodes).to.include(code);
    });
  });

  it("answers 503 and keeps the caller's intent out when the store fails", async () => {
    const own = await startApp(market);
    const body = await bodyOf(market);
    await own.store.close();
    const answer = await own.post(body);
    expect(answer.statusCode).to.equal(503);
    expect(answer.json<KeeperErrorBody>().code).to.equal("StoreFailed");
    await own.app.close();
  });
});
