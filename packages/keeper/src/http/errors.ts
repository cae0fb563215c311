/** Every refusal leaves the app as `{code, message, hint}` from the registry, whoever found what was wrong. */
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { isResponseSerializationError } from "fastify-type-provider-zod";
import type { KeeperErrorBody } from "@walras/sdk";
import { KeeperError } from "../errors.ts";

/** What Fastify itself finds wrong with a call, in the registry's words. */
function refusalOfFastify(error: FastifyError, request: FastifyRequest): KeeperError | undefined {
  switch (error.code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new KeeperError("BodyTooLarge", { limit: request.routeOptions.bodyLimit }, { cause: error });
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE": {
      const type = request.headers["content-type"] ?? "no type";
      return new KeeperError("UnsupportedMediaType", { type }, { cause: error });
    }
    case "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
      return new KeeperError(
        "InvalidRequest",
        { path: "The body", problem: "is not as long as Content-Length says" },
        { cause: error },
      );
    case "FST_ERR_BAD_URL":
      return new KeeperError(
        "InvalidRequest",
        { path: "The path", problem: "is not a URL" },
        { cause: error },
      );
    case "FST_ERR_MAX_PARAM_LENGTH":
      return new KeeperError(
        "InvalidRequest",
        { path: "The path", problem: "is too long" },
        { cause: error },
      );
    default:
      return undefined;
  }
}

/** The error as one of the registry's; what nobody foresaw becomes `Internal` and keeps its words to the log. */
export function toKeeperError(error: FastifyError, request: FastifyRequest): KeeperError {
  if (error instanceof KeeperError) return error;
  return refusalOfFastify(error, request) ?? new KeeperError("Internal", {}, { cause: error });
}

export function errorBody({ code, message, hint }: KeeperError): KeeperErrorBody {
  return { code, message, hint };
}

/** Answers an error and logs it: what the caller did wrong as a line of information, our own failures as errors. */
export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = toKeeperError(error, request);
  const { code, status, retryable, message } = refusal;
  if (refusal.code === "Internal") {
    request.log.error(
      { code, err: error },
      isResponseSerializationError(error) ? "answer does not fit its schema" : "call failed",
    );
  } else {
    request.log[status >= 500 ? "warn" : "info"]({ code, status, message }, "call refused");
  }
  if (status === 503 && retryable && !reply.hasHeader("retry-after")) void reply.header("retry-after", "2");
  // A call that Fastify refuses before it has a route has passed no hook yet.
  return reply.header("x-request-id", request.id).code(status).send(errorBody(refusal));
}
