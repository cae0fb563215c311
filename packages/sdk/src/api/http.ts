import { KeeperApiError, type ClientErrorCode } from "./KeeperApiError.ts";

export type KeeperHttpOptions = {
  /** The keeper, such as "http://127.0.0.1:8080". A path is kept as a prefix. */
  url: string;
  /** Default: the global `fetch`. */
  fetch?: typeof globalThis.fetch;
  /** For one attempt, in milliseconds. Default: 10,000. */
  timeoutMs?: number;
  /** How often a call is made again that failed in a way that may pass. Default: 3. */
  retries?: number;
};

export type CallOptions = { signal?: AbortSignal };

/** A keeper that asks for more than this to be left alone is not waited for; its error says how long it asked for. */
const maxRetryDelayMs = 30_000;
const firstRetryDelayMs = 200;

/** Statuses that tell of a passing state. 500 does not: it is a defect, which the next attempt meets again. */
const retryableStatuses = new Set([408, 425, 429, 502, 503, 504]);

export type HttpQuery = Record<string, string | number | undefined>;

type HttpCall = {
  method: "GET" | "POST";
  path: string;
  query?: HttpQuery;
  body?: unknown;
  headers?: Record<string, string>;
  /** Statuses beside 2xx whose body is an answer and no error. */
  alsoOk?: readonly number[];
};

/** An answer whose body has been read. */
type Answer = { status: number; ok: boolean; retryAfter: string | null; text: string };

async function readAnswer(response: Response): Promise<Answer> {
  const { status, ok, headers } = response;
  return { status, ok, retryAfter: headers.get("retry-after"), text: await response.text() };
}

function clientError(
  code: ClientErrorCode,
  message: string,
  hint: string,
  facts: { status?: number; retryable: boolean },
  cause?: unknown,
): KeeperApiError {
  return new KeeperApiError({ code, message, hint }, { status: null, ...facts }, { cause });
}

/** `Retry-After` in either of its forms, seconds or a date, as milliseconds from now. */
function parseRetryAfter(header: string | null): number | null {
  if (header === null) return null;
  const seconds = Number(header);
  const delay = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(delay) ? Math.max(0, delay) : null;
}

/** Ends early, without an error, when the signal fires. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
    if (signal?.aborted === true) done();
  });
}

/** HTTP to one keeper: time-outs, retries, and every failure as a {@link KeeperApiError}. */
export class KeeperHttp {
  readonly #base: string;
  readonly #fetch: typeof globalThis.fetch;
  readonly #timeoutMs: number;
  readonly #retries: number;

  constructor({ url, fetch = globalThis.fetch, timeoutMs = 10_000, retries = 3 }: KeeperHttpOptions) {
    this.#base = new URL(url).href.replace(/\/+$/, "");
    // A browser's fetch must be called on the window, or on nothing.
    this.#fetch = (input, init) => fetch(input, init);
    this.#timeoutMs = timeoutMs;
    this.#retries = retries;
  }

  /** The parsed JSON of an answer. All of the keeper's calls may be repeated: a second post answers as the first. */
  async json(call: HttpCall, { signal }: CallOptions = {}): Promise<unknown> {
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await this.#attempt(call, signal, readAnswer);
        if (!answer.ok && call.alsoOk?.includes(answer.status) !== true) throw this.#refusal(answer, call);
        return this.#parse(answer, call);
      } catch (error) {
        const delay = this.#retryDelay(error, attempt);
        if (delay === null) throw error;
        await sleep(delay, signal);
      }
    }
  }

  /** One attempt whose answer is read as it comes; the time-out ends with the headers. Null for 204, no more to come. */
  async stream(call: HttpCall, { signal }: CallOptions = {}): Promise<ReadableStream<Uint8Array> | null> {
    const opened = await this.#attempt(call, signal, async (response) => {
      if (response.status === 204) return null;
      return response.ok && response.body !== null ? response.body : await readAnswer(response);
    });
    if (opened === null || opened instanceof ReadableStream) return opened;
    throw this.#refusal(opened, call);
  }

  /** How long to wait before the next attempt; null for none. */
  #retryDelay(error: unknown, attempt: number): number | null {
    if (!(error instanceof KeeperApiError) || !error.retryable || attempt >= this.#retries) return null;
    // Spread out, so that many clients that failed together do not come back together.
    const backoff = firstRetryDelayMs * 2 ** attempt * (0.5 + Math.random());
    const delay = Math.max(error.retryAfterMs ?? 0, backoff);
    return delay <= maxRetryDelayMs ? delay : null;
  }

  /** One attempt; the time-out covers the call and `read`. */
  async #attempt<Result>(
    call: HttpCall,
    signal: AbortSignal | undefined,
    read: (response: Response) => Promise<Result>,
  ): Promise<Result> {
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), this.#timeoutMs);
    const signals = signal === undefined ? [timeout.signal] : [timeout.signal, signal];
    try {
      const response = await this.#fetch(this.#url(call), {
        method: call.method,
        headers: {
          accept: "application/json",
          ...(call.body === undefined ? {} : { "content-type": "application/json" }),
          ...call.headers,
        },
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
        signal: AbortSignal.any(signals),
      });
      return await read(response);
    } catch (cause) {
      if (signal?.aborted === true) {
        throw clientError(
          "Aborted",
          "The call was aborted.",
          "Its signal fired.",
          { retryable: false },
          cause,
        );
      }
      if (timeout.signal.aborted) {
        const message = `The keeper did not answer ${call.method} ${call.path} within ${this.#timeoutMs} ms.`;
        throw clientError("KeeperTimeout", message, "Look at its health.", { retryable: true }, cause);
      }
      const message = `The keeper at ${this.#base} cannot be reached.`;
      throw clientError(
        "KeeperUnreachable",
        message,
        "Is it running, at that URL?",
        { retryable: true },
        cause,
      );
    } finally {
      clearTimeout(timer);
    }
  }

  #parse({ status, text }: Answer, call: HttpCall): unknown {
    try {
      const body: unknown = JSON.parse(text);
      return body;
    } catch (cause) {
      const message = `The answer to ${call.method} ${call.path} is not JSON.`;
      const hint = "Is it a keeper that listens at that URL, or something in between?";
      throw clientError("KeeperBadAnswer", message, hint, { status, retryable: false }, cause);
    }
  }

  #refusal({ status, retryAfter, text }: Answer, call: HttpCall): KeeperApiError {
    let body: unknown = null;
    try {
      body = JSON.parse(text);
    } catch {
      // A proxy's page, most likely; reported below by its status.
    }
    const facts = {
      status,
      retryable: retryableStatuses.has(status),
      retryAfterMs: parseRetryAfter(retryAfter),
    };
    if (typeof body === "object" && body !== null && "code" in body && typeof body.code === "string") {
      const message = "message" in body ? String(body.message) : body.code;
      const hint = "hint" in body ? String(body.hint) : "";
      return new KeeperApiError({ code: body.code, message, hint }, facts);
    }
    const message = `${call.method} ${call.path} was answered ${status} without a code.`;
    const hint = "Is it a keeper that listens at that URL, or something in between?";
    return new KeeperApiError({ code: "KeeperBadAnswer", message, hint }, facts);
  }

  #url({ path, query = {} }: HttpCall): string {
    const url = new URL(this.#base + path);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return url.href;
  }
}
