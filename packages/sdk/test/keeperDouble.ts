/** A keeper made of prepared answers, in place of `fetch`. */
import type { IntentEvent, IntentStatus, IntentView } from "../src/api/types.ts";
import { serializeSignedIntent } from "../src/intent/signedIntentJson.ts";
import { signIntent } from "../src/intent/signIntent.ts";
import { hashIntent } from "../src/intent/hashIntent.ts";
import { parseAddress } from "../src/hex.ts";
import { domain, exampleIntent, wallet } from "./examples.ts";

export const signedExample = await signIntent(exampleIntent, domain, wallet);
export const exampleHash = hashIntent(exampleIntent, domain);
export const exampleView: IntentView = {
  intentHash: exampleHash,
  owner: parseAddress(wallet.address),
  ...serializeSignedIntent(signedExample),
  lane: "instant",
  sealed: null,
  status: "open",
  filledAmount: "0",
  sold: "0",
  bought: "0",
  fee: "0",
  surplus: "0",
  reason: null,
  createdAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-01T00:00:00.000Z",
  fills: [],
};

export type Call = { url: string; method: string; headers: Headers; body: unknown };
type Answer = (call: Call, signal: AbortSignal) => Response | Promise<Response>;

/** Gives the answers in turn, the last one again and again, and remembers the calls. */
export function keeperDouble(...answers: Answer[]) {
  const calls: Call[] = [];
  const fetch: typeof globalThis.fetch = async (input, init = {}) => {
    const signal = init.signal ?? new AbortController().signal;
    signal.throwIfAborted();
    const call: Call = {
      url: input instanceof Request ? input.url : String(input),
      method: init.method ?? "GET",
      headers: new Headers(init.headers),
      body: typeof init.body === "string" ? JSON.parse(init.body) : undefined,
    };
    const answer = answers[Math.min(calls.length, answers.length - 1)];
    calls.push(call);
    if (answer === undefined) throw new Error("no answer is prepared");
    return answer(call, signal);
  };
  return { calls, fetch };
}

export const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  () =>
    Response.json(body, { status, headers });

export const refusal = (status: number, code: string, headers: Record<string, string> = {}): Answer =>
  json({ code, message: `It is ${code}.`, hint: "Do otherwise." }, status, headers);

export const unreachable: Answer = () => Promise.reject(new TypeError("fetch failed"));

/** Never answers; ends when it is aborted, as the real one does. */
export const silence: Answer = (_call, signal) =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => {
      reject(new DOMException("aborted", "AbortError"));
    });
  });

/** A stream of the text; then it ends, breaks, or stays open until it is aborted. */
export const stream =
  (text: string, then: "end" | "break" | "stay" = "end"): Answer =>
  (_call, signal) => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(text));
        if (then === "end") controller.close();
        if (then === "stay") {
          signal.addEventListener("abort", () => {
            controller.error(new DOMException("aborted", "AbortError"));
          });
        }
      },
      pull(controller) {
        // After the text has been read, so that the break does not swallow it.
        if (then === "break") controller.error(new TypeError("terminated"));
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  };

export function statusEvent(id: string, status: IntentStatus): { event: IntentEvent; text: string } {
  const event: IntentEvent = {
    id,
    intentHash: exampleHash,
    status,
    reason: null,
    at: "2026-01-01T00:00:00.000Z",
  };
  return { event, text: `id: ${id}\nevent: status\ndata: ${JSON.stringify(event)}\n\n` };
}
