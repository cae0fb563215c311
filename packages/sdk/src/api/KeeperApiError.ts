import type { KeeperErrorBody } from "./types.ts";

/** Codes that the client gives by itself, where the keeper did not answer with one. */
export const clientErrorCodes = ["KeeperUnreachable", "KeeperTimeout", "KeeperBadAnswer", "Aborted"] as const;
export type ClientErrorCode = (typeof clientErrorCodes)[number];

/**
 * The keeper refused, or could not be asked.
 *
 * `code` is the keeper's own, such as "InsufficientBalance", or one of {@link ClientErrorCode}.
 */
export class KeeperApiError extends Error {
  override readonly name = "KeeperApiError";
  readonly code: string;
  /** What to do about it. */
  readonly hint: string;
  /** The HTTP status; null when there was no answer. */
  readonly status: number | null;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** How long the keeper asked to be left alone, if it did. */
  readonly retryAfterMs: number | null;

  constructor(
    { code, message, hint }: KeeperErrorBody,
    facts: { status: number | null; retryable: boolean; retryAfterMs?: number | null },
    options: ErrorOptions = {},
  ) {
    super(message, options);
    this.code = code;
    this.hint = hint;
    this.status = facts.status;
    this.retryable = facts.retryable;
    this.retryAfterMs = facts.retryAfterMs ?? null;
  }
}
