/** JSON-RPC over HTTP: batches, a timeout on every call, and one kind of error for a node that does not answer. */
import { z } from "zod";
import { KeeperError } from "../errors.ts";

export type RpcCall = { method: string; params: unknown[] };

/** The node's answer that it will not or cannot do as asked. */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

export type RpcAnswer = { ok: true; result: unknown } | { ok: false; error: RpcError };

export type JsonRpc = {
  /** @throws RpcError when the node refuses; KeeperError `NodeUnreachable` when it does not answer */
  send(method: string, params: unknown[]): Promise<unknown>;
  /** Answers in the order of the calls. @throws KeeperError `NodeUnreachable` */
  sendMany(calls: RpcCall[]): Promise<RpcAnswer[]>;
};

export type JsonRpcOptions = {
  rpcUrl: string;
  /** For one HTTP request, answer included. */
  timeoutMs: number;
  /** Ends everything under way. */
  signal?: AbortSignal | undefined;
};

/** What common nodes and providers take in one HTTP request. */
const callsInOneRequest = 100;
const requestsAtOnce = 4;

const answerSchema = z.object({
  id: z.number(),
  result: z.unknown().optional(),
  error: z.object({ code: z.number(), message: z.string(), data: z.unknown().optional() }).optional(),
});
type Answer = z.infer<typeof answerSchema>;

/** Codes by which providers say that they are too busy, which is no answer to the call. */
const busyCodes = [-32005, 429];

function unreachable(problem: string, cause?: unknown): KeeperError {
  return new KeeperError("NodeUnreachable", { problem }, { cause });
}

function toRpcAnswer({ result, error }: Answer): RpcAnswer {
  if (error === undefined) return { ok: true, result };
  if (busyCodes.includes(error.code)) throw unreachable(error.message);
  return { ok: false, error: new RpcError(error.code, error.message, error.data) };
}

export function createJsonRpc({ rpcUrl, timeoutMs, signal }: JsonRpcOptions): JsonRpc {
  let nextId = 1;

  async function post(body: string): Promise<unknown> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const response = await fetch(rpcUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    });
    const text = await response.text();
    try {
      const answer: unknown = JSON.parse(text);
      return answer;
    } catch (cause) {
      throw unreachable(`it answered HTTP ${response.status} without JSON`, cause);
    }
  }

  async function exchange(payload: unknown): Promise<unknown> {
    const body = JSON.stringify(payload);
    const give = (cause: unknown): never => {
      if (cause instanceof KeeperError) throw cause;
      if (signal?.aborted === true) throw unreachable("the keeper is stopping", cause);
      if (cause instanceof DOMException && cause.name === "TimeoutError") {
        throw unreachable(`no answer within ${timeoutMs} ms`, cause);
      }
      // fetch says "fetch failed" and keeps what happened in the cause.
      const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
      throw unreachable(inner instanceof Error ? inner.message : String(inner), cause);
    };
    try {
      return await post(body);
    } catch (cause) {
      // A connection that was kept alive may have been closed by the other side just now. Every call can be repeated.
      const closed = cause instanceof TypeError && signal?.aborted !== true;
      return closed ? await post(body).catch(give) : give(cause);
    }
  }

  async function sendChunk(calls: RpcCall[]): Promise<RpcAnswer[]> {
    const payload = calls.map((call) => ({ jsonrpc: "2.0", id: nextId++, ...call }));
    const parsed = z.array(answerSchema).safeParse(await exchange(payload));
    if (!parsed.success) throw unreachable("it does not answer a JSON-RPC batch", parsed.error);
    const byId = new Map(parsed.data.map((answer) => [answer.id, answer]));
    return payload.map(({ id }) => {
      const answer = byId.get(id);
      if (answer === undefined) throw unreachable("it left a call of a batch without answer");
      return toRpcAnswer(answer);
    });
  }

  return {
    async send(method, params) {
      const parsed = answerSchema.safeParse(await exchange({ jsonrpc: "2.0", id: nextId++, method, params }));
      if (!parsed.success) throw unreachable("its answer is not JSON-RPC", parsed.error);
      const answer = toRpcAnswer(parsed.data);
      if (!answer.ok) throw answer.error;
      return answer.result;
    },

    async sendMany(calls) {
      const chunks: RpcCall[][] = [];
      for (let from = 0; from < calls.length; from += callsInOneRequest) {
        chunks.push(calls.slice(from, from + callsInOneRequest));
      }
      const answers: RpcAnswer[] = [];
      for (let from = 0; from < chunks.length; from += requestsAtOnce) {
        const some = await Promise.all(chunks.slice(from, from + requestsAtOnce).map(sendChunk));
        for (const chunk of some) for (const answer of chunk) answers.push(answer);
      }
      return answers;
    },
  };
}
