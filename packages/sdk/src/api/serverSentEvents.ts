export type ServerSentEvent = {
  event: string;
  data: string;
  /** The id that this event, or the last one that had one, carries; "" for none yet. */
  id: string;
};

/**
 * Reads server-sent events as the HTML standard (section 9.2.6) says: lines end by LF, CR or CRLF, a blank line sends the
 * event, a line that begins with a colon is a comment. An event that the end of the stream cuts off is dropped.
 *
 * @param listeners.onRetry told the delay in milliseconds when the server sets one
 * @param listeners.onActivity told of everything that arrives, comments too
 */
export async function* readServerSentEvents(
  stream: ReadableStream<Uint8Array>,
  listeners: { onRetry?: (delayMs: number) => void; onActivity?: () => void } = {},
): AsyncGenerator<ServerSentEvent, void, undefined> {
  let event = "";
  let data: string[] = [];
  let id = "";

  for await (const line of readLines(stream)) {
    listeners.onActivity?.();
    if (line === "") {
      if (data.length > 0) yield { event: event === "" ? "message" : event, data: data.join("\n"), id };
      event = "";
      data = [];
      continue;
    }
    const colon = line.indexOf(":");
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") event = value;
    if (field === "data") data.push(value);
    if (field === "id" && !value.includes("\0")) id = value;
    if (field === "retry" && /^\d+$/.test(value)) listeners.onRetry?.(Number(value));
  }
}

async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      // A CR at the very end may be the first half of a CRLF, so it waits for what follows.
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
