import { PassThrough, type Readable } from "node:stream";
import type { Hex } from "@walras/sdk";
import { isFinal } from "../domain.ts";
import type { AppDeps } from "./AppDeps.ts";
import { eventView } from "./views.ts";

/** Proxies and clients drop a connection that is silent for a minute or so. */
const heartbeatMs = 15_000;

/** A reader that falls so far behind is cut off; it comes back with Last-Event-ID and misses nothing. */
const maxBufferedBytes = 1_000_000;

/** How soon a client should come back after a break, in milliseconds. */
const retryMs = 2_000;

/**
 * An intent's history as server-sent events, and then what happens to it, until it is over or the reader is gone.
 *
 * Everything comes out of the store; what the keeper publishes only says that there is something new. So nothing is sent
 * twice or left out, however the two race.
 *
 * @param afterId the last event that the reader has
 */
export function eventStream(
  { store, keeper, logger }: Pick<AppDeps, "store" | "keeper" | "logger">,
  intentHash: Hex,
  afterId: number,
): Readable {
  const stream = new PassThrough();
  let lastId = afterId;
  let pending = true;
  let pumping = false;

  async function pump(): Promise<void> {
    pending = true;
    if (pumping) return;
    pumping = true;
    try {
      while (pending && stream.writable) {
        pending = false;
        const events = await store.listEvents(intentHash, lastId);
        for (const event of events) {
          lastId = event.id;
          stream.write(`id: ${event.id}\nevent: status\ndata: ${JSON.stringify(eventView(event))}\n\n`);
        }
        // In a history with a reorg a final status stands in the middle: only the last one counts.
        const last = events.at(-1);
        if (last !== undefined && isFinal(last.status)) stream.end();
        if (stream.writableLength > maxBufferedBytes) stream.destroy();
      }
    } catch (error) {
      logger.warn({ intentHash, err: error }, "event stream broken off");
      stream.destroy();
    } finally {
      pumping = false;
    }
  }

  const unsubscribe = keeper.subscribe(intentHash, () => void pump());
  const heartbeat = setInterval(() => stream.writable && stream.write(": still here\n\n"), heartbeatMs);
  stream.once("close", () => {
    clearInterval(heartbeat);
    unsubscribe();
  });

  stream.write(`retry: ${retryMs}\n\n`);
  void pump();
  return stream;
}
