/** What can be wrong with the file form of a book. */
export type BookErrorCode =
  | "wrong-type"
  | "missing"
  | "not-an-address"
  | "not-an-amount"
  | "out-of-range"
  | "unknown-key"
  | "unknown-token"
  | "duplicate-id";

/** A book that cannot be read. The message names the place and says how to mend it. */
export class BookError extends Error {
  override readonly name = "BookError";
  readonly code: BookErrorCode;
  /** Where the value stands, for example `intents[3].sellAmount`. */
  readonly path: string;
  /** How to mend it. */
  readonly hint: string;

  constructor(code: BookErrorCode, path: string, problem: string, hint: string) {
    super(`${path}: ${problem}. ${hint}`);
    this.code = code;
    this.path = path;
    this.hint = hint;
  }
}
