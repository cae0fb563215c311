import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { rejectionCodeOf } from "../../test/examples.ts";
import {
  exampleHash,
  keeperDouble,
  refusal,
  statusEvent,
  stream,
  unreachable,
} from "../../test/keeperDouble.ts";
import { KeeperApiError } from "./KeeperApiError.ts";
import { createKeeperClient } from "./keeperClient.ts";
import type { IntentEvent } from "./types.ts";

const url = "http://keeper.test";
const open = statusEvent("1", "open");
const executing = statusEvent("2", "executing");
const filled = statusEvent("3", "filled");
/** Has the client come back at once, so that the tests need not wait. */
const atOnce = "retry: 0\n\n";

/** The first `count` events of the watch. */
async function take(events: AsyncGenerator<IntentEvent>, count: number): Promise<IntentEvent[]> {
  const taken: IntentEvent[] = [];
  for await (const event of events) {
    taken.push(event);
    if (taken.length === count) break;
  }
  return taken;
}

describe("watchIntent", () => {
  it("gives the events of an intent as they come", async () => {
    const { calls, fetch } = keeperDouble(
      stream(`: hello\n\n${open.text}${executing.text}${filled.text}`, "stay"),
    );
    const watch = createKeeperClient({ url, fetch }).watchIntent(exampleHash);
    expect(await take(watch, 3)).to.deep.equal([open.event, executing.event, filled.event]);
    expect(calls).to.have.length(1);
    expect(calls[0]?.url).to.equal(`${url}/v1/intents/${exampleHash}/events`);
    expect(calls[0]?.headers.get("accept")).to.equal("text/event-stream");
    expect(calls[0]?.headers.has("last-event-id")).to.equal(false);
  });

  it("goes on from the last event after the connection ended, broke or could not be made", async () => {
    const { calls, fetch } = keeperDouble(
      stream(`${atOnce}${open.text}`, "end"),
      stream(executing.text, "break"),
      unreachable,
      stream(filled.text, "stay"),
    );
    const watch = createKeeperClient({ url, fetch }).watchIntent(exampleHash);
    expect(await take(watch, 3)).to.deep.equal([open.event, executing.event, filled.event]);
    expect(calls.map(({ headers }) => headers.get("last-event-id"))).to.deep.equal([null, "1", "2", "2"]);
  });

  it("ends when the keeper says that the intent is over", async () => {
    const over = () => new Response(null, { status: 204 });
    const { calls, fetch } = keeperDouble(stream(`${atOnce}${open.text}${filled.text}`, "end"), over);
    const watch = createKeeperClient({ url, fetch }).watchIntent(exampleHash);

    expect(await take(watch, 9)).to.deep.equal([open.event, filled.event]);

    expect(calls.map(({ headers }) => headers.get("last-event-id"))).to.deep.equal([null, "3"]);
  });

  it("tries again when the keeper is not ready", async () => {
    const { calls, fetch } = keeperDouble(refusal(503, "Starting"), stream(open.text, "stay"));
    expect(await take(createKeeperClient({ url, fetch }).watchIntent(exampleHash), 1)).to.deep.equal([
      open.event,
    ]);
    expect(calls).to.have.length(2);
  });

  it("takes a connection for dead on which nothing comes, from the start or later", async () => {
    const answers = [
      stream("", "stay"),
      stream(`${atOnce}${open.text}`, "stay"),
      stream(filled.text, "stay"),
    ];
    const { calls, fetch } = keeperDouble(...answers);
    const watch = createKeeperClient({ url, fetch }).watchIntent(exampleHash, { idleMs: 20 });
    expect(await take(watch, 2)).to.deep.equal([open.event, filled.event]);
    expect(calls).to.have.length(3);
  });

  it("passes over events of other kinds", async () => {
    const { fetch } = keeperDouble(stream(`event: other\ndata: {}\n\ndata: x\n\n${open.text}`, "stay"));
    expect(await take(createKeeperClient({ url, fetch }).watchIntent(exampleHash), 1)).to.deep.equal([
      open.event,
    ]);
  });

  it("ends with the keeper's refusal", async () => {
    const { calls, fetch } = keeperDouble(refusal(404, "UnknownIntent"));
    const watch = createKeeperClient({ url, fetch }).watchIntent(exampleHash);
    const error: unknown = await take(watch, 1).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(KeeperApiError).and.to.include({ code: "UnknownIntent", status: 404 });
    expect(calls).to.have.length(1);
  });

  it("refuses an event that is not an intent's", async () => {
    for (const data of ["{", "null", "{}", '{"intentHash":"0x","status":"unheard of"}']) {
      const { fetch } = keeperDouble(stream(`event: status\ndata: ${data}\n\n`, "stay"));
      const watch = createKeeperClient({ url, fetch }).watchIntent(exampleHash);
      const error: unknown = await take(watch, 1).catch((caught: unknown) => caught);
      expect(error, data).to.include({ code: "KeeperBadAnswer" });
    }
  });

  it("ends without an error when its signal fires, while it reads and while it waits", async () => {
    const answers = [stream(open.text, "stay"), stream("retry: 100000\n\n", "end"), unreachable];
    for (const answer of answers) {
      const abort = new AbortController();
      const { fetch } = keeperDouble(answer);
      const watch = createKeeperClient({ url, fetch }).watchIntent(exampleHash, { signal: abort.signal });
      setTimeout(() => abort.abort(), 20);
      expect((await take(watch, 2)).length).to.be.lessThan(2);
    }
  });

  it("works over HTTP, and closes its connection when the reader leaves", async () => {
    const responses: ServerResponse[] = [];
    const lastIds: (string | string[] | undefined)[] = [];
    const server = createServer((request, response) => {
      lastIds.push(request.headers["last-event-id"]);
      responses.push(response);
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(responses.length === 1 ? `${atOnce}${open.text}` : filled.text);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;

    const events: string[] = [];
    for await (const { status } of createKeeperClient({ url: `http://127.0.0.1:${port}` }).watchIntent(
      exampleHash,
    )) {
      events.push(status);
      if (status === "filled") break;
      responses[0]?.destroy();
    }
    await new Promise<void>((resolve) => responses[1]?.on("close", resolve));
    server.close();
    expect(events).to.deep.equal(["open", "filled"]);
    expect(lastIds).to.deep.equal([undefined, "1"]);
  });
});

describe("waitForIntent", () => {
  const waiting = (
    text: string,
    until?: "executing" | readonly ("partiallyFilled" | "executing" | "cancelled")[],
  ) => {
    const keeper = createKeeperClient({ url, fetch: keeperDouble(stream(text, "stay")).fetch });
    return keeper.waitForIntent(
      exampleHash,
      until === undefined ? { timeoutMs: 50 } : { until, timeoutMs: 50 },
    );
  };

  it("returns the event that told of the status", async () => {
    expect(await waiting(open.text + filled.text)).to.deep.equal(filled.event);
    expect(await waiting(open.text + executing.text, "executing")).to.deep.equal(executing.event);
    expect(await waiting(executing.text, ["partiallyFilled", "executing"])).to.deep.equal(executing.event);
  });

  it("says when the intent is over in another way", async () => {
    const cancelled = statusEvent("4", "cancelled");
    expect(await rejectionCodeOf(waiting(cancelled.text))).to.equal("IntentEnded");
    expect(await waiting(cancelled.text, ["cancelled"])).to.deep.equal(cancelled.event);
    const invalid = statusEvent("4", "invalid");
    expect(await waiting(invalid.text + filled.text), "invalid may pass").to.deep.equal(filled.event);
  });

  it("says that it took too long, and how far the intent got", async () => {
    const error: unknown = await waiting(open.text).catch((caught: unknown) => caught);
    expect(error)
      .to.include({ code: "WaitTimeout" })
      .and.to.have.property("message")
      .that.includes("it is open");
  });
});
