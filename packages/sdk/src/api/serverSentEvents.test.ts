import { expect } from "chai";
import fc from "fast-check";
import { readServerSentEvents, type ServerSentEvent } from "./serverSentEvents.ts";

const text =
  ': keep alive\nid: 1\nevent: status\ndata: {"a":\ndata: 1}\n\n' +
  "data:no space\n\nid\nevent\ndata:  two spaces\n\nevent: without data\n\nretry: 250\nretry: soon\nunknown: x\ndata: ü\n\ndata: cut off";
const events: ServerSentEvent[] = [
  { event: "status", data: '{"a":\n1}', id: "1" },
  { event: "message", data: "no space", id: "1" },
  { event: "message", data: " two spaces", id: "" },
  { event: "message", data: "ü", id: "" },
];

/** The bytes in pieces that end at the cuts. */
function pieces(bytes: Uint8Array<ArrayBuffer>, cuts: number[]): ReadableStream<Uint8Array> {
  const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
  return new ReadableStream({
    start(controller) {
      for (const [index, start] of places.entries())
        controller.enqueue(bytes.slice(start, places[index + 1]));
      controller.close();
    },
  });
}

async function readAll(source: string, cuts: number[] = []) {
  const retries: number[] = [];
  let activity = 0;
  const listeners = { onRetry: (ms: number) => retries.push(ms), onActivity: () => activity++ };
  const stream = pieces(new TextEncoder().encode(source), cuts);
  const read: ServerSentEvent[] = [];
  for await (const event of readServerSentEvents(stream, listeners)) read.push(event);
  return { events: read, retries, activity };
}

describe("readServerSentEvents", () => {
  it("reads events as the HTML standard says", async () => {
    const read = await readAll(text);
    expect(read.events).to.deep.equal(events);
    expect(read.retries).to.deep.equal([250]);
  });

  it("reads the same with each line ending, wherever the stream is cut", async () => {
    const cuts = fc.array(fc.nat(text.length + 40), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom("\n", "\r\n", "\r"), cuts, async (ending, places) => {
        const read = await readAll(text.replaceAll("\n", ending), places);
        expect(read.events).to.deep.equal(events);
      }),
    );
  });

  it("tells of comments too, so that a silent line can be told from a dead one", async () => {
    const { activity, events: none } = await readAll(": one\n: two\n");
    expect(none).to.deep.equal([]);
    expect(activity).to.equal(2);
  });

  it("lets go of the stream when the reader stops", async () => {
    let cancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new TextEncoder().encode("data: x\n\n")),
      cancel: () => {
        cancelled = true;
      },
    });
    for await (const event of readServerSentEvents(stream)) {
      expect(event.data).to.equal("x");
      break;
    }
    expect(cancelled).to.equal(true);
  });
});
