/** What can be wrong with a call of the engine. */
export type EngineErrorCode = "bad-intent" | "unknown-intent" | "bad-prices";

/** A call that the engine refuses; the books are as they were before it. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly code: EngineErrorCode;

  constructor(code: EngineErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
