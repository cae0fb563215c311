import { SdkError } from "../errors.ts";
import type { Hex } from "../hex.ts";
import { KeeperApiError } from "./KeeperApiError.ts";
import { sleep, type CallOptions, type KeeperHttp } from "./http.ts";
import { readServerSentEvents } from "./serverSentEvents.ts";
import { intentStatuses, type IntentEvent, type IntentStatus } from "./types.ts";

/** Statuses that no other follows, save after a reorg. */
export const finalStatuses: readonly IntentStatus[] = ["filled", "cancelled", "expired"];

const firstDelayMs = 500;
const maxDelayMs = 15_000;

export type WatchOptions = CallOptions & {
  /**
   * A connection on which nothing comes for so long, not even a comment to keep it alive, is taken for dead and made
   * again. In milliseconds; default: 60,000.
   */
  idleMs?: number;
};

/**
 * What the server asks for after a connection that worked; longer and longer after `failures` in a row that did not,
 * whatever the server asks for.
 */
function reconnectDelay(failures: number, serverDelayMs: number): number {
  if (failures === 0) return serverDelayMs;
  return Math.min(Math.max(serverDelayMs, firstDelayMs) * 2 ** (failures - 1), maxDelayMs);
}

function isIntentEvent(value: unknown): value is IntentEvent {
  return (
    typeof value === "object" &&
    value !== null &&
    "intentHash" in value &&
    "status" in value &&
    intentStatuses.some((status) => status === value.status)
  );
}

function parseIntentEvent(data: string): IntentEvent {
  try {
    const event: unknown = JSON.parse(data);
    if (isIntentEvent(event)) return event;
  } catch {
    // Falls through to the one error for data that is no event.
  }
  const message = "The keeper sent an event that is no intent's.";
  const hint = "Is the keeper of this version?";
  throw new KeeperApiError({ code: "KeeperBadAnswer", message, hint }, { status: null, retryable: false });
}

/**
 * The events of an intent, from the first on, as they happen. A connection that breaks is made again from the event where
 * it broke, for as long as it takes; only a refusal by the keeper (such as an unknown hash) ends with an error. The loop
 * ends when the intent is over; leave it, or abort the signal, to stop sooner.
 *
 * @throws KeeperApiError that is not retryable
 */
export async function* watchIntent(
  http: KeeperHttp,
  intentHash: Hex,
  { signal, idleMs = 60_000 }: WatchOptions = {},
): AsyncGenerator<IntentEvent, void, undefined> {
  let lastEventId = "";
  let failures = 0;
  let serverDelayMs = firstDelayMs;
  const stopped = () => signal?.aborted === true;

  while (!stopped()) {
    let retryAfterMs = 0;
    const connection = { alive: false };
    const idle = new AbortController();
    let timer = setTimeout(() => idle.abort(), idleMs);
    const onActivity = () => {
      connection.alive = true;
      clearTimeout(timer);
      timer = setTimeout(() => idle.abort(), idleMs);
    };
    const onRetry = (delayMs: number) => {
      serverDelayMs = delayMs;
    };
    try {
      const stream = await http.stream(
        {
          method: "GET",
          path: `/v1/intents/${intentHash}/events`,
          headers: {
            accept: "text/event-stream",
            ...(lastEventId === "" ? {} : { "last-event-id": lastEventId }),
          },
        },
        { signal: signal === undefined ? idle.signal : AbortSignal.any([idle.signal, signal]) },
      );
      // The intent is over, and its last event was given.
      if (stream === null) return;
      for await (const message of readServerSentEvents(stream, { onRetry, onActivity })) {
        if (message.id !== "") lastEventId = message.id;
        if (message.event === "status") yield parseIntentEvent(message.data);
      }
    } catch (error) {
      if (stopped()) return;
      // Anything but a refusal is a connection that broke or fell silent while it was read.
      if (error instanceof KeeperApiError && !error.retryable && !idle.signal.aborted) throw error;
      if (error instanceof KeeperApiError) retryAfterMs = error.retryAfterMs ?? 0;
    } finally {
      clearTimeout(timer);
    }
    failures = connection.alive ? 0 : failures + 1;
    await sleep(Math.max(reconnectDelay(failures, serverDelayMs), retryAfterMs), signal);
  }
}

export type WaitOptions = {
  /** The status, or any of the statuses, to wait for. Default: "filled". */
  until?: IntentStatus | readonly IntentStatus[];
  /** Default: 120,000. */
  timeoutMs?: number;
};

/**
 * Waits until an intent has a status, and returns the event that told of it.
 *
 * @throws SdkError `WaitTimeout`; `IntentEnded` when the intent is over in another way
 * @throws KeeperApiError that is not retryable
 */
export async function waitForIntent(
  http: KeeperHttp,
  intentHash: Hex,
  { until = "filled", timeoutMs = 120_000 }: WaitOptions = {},
): Promise<IntentEvent> {
  const wanted = typeof until === "string" ? [until] : until;
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutMs);
  let status: IntentStatus | "not known" = "not known";
  try {
    for await (const event of watchIntent(http, intentHash, { signal: timeout.signal })) {
      status = event.status;
      if (wanted.includes(status)) return event;
      if (finalStatuses.includes(status)) {
        throw new SdkError("IntentEnded", { intentHash, status, until: wanted });
      }
    }
    throw new SdkError("WaitTimeout", { intentHash, until: wanted, timeoutMs, status });
  } finally {
    clearTimeout(timer);
  }
}
