/**
 * Every error that the keeper gives or throws, in one table: the HTTP status, whether trying again can help, what is
 * wrong and how to mend it. `{name}` stands for a detail. docs/KEEPER.md lists the codes; a test holds the two together.
 */
type ErrorEntry = { status: number; retryable: boolean; message: string; hint: string };

const registry = {
  /* THE CALL */
  MalformedJson: {
    status: 400,
    retryable: false,
    message: "The body is not JSON: {detail}.",
    hint: "Send one JSON object with content-type application/json.",
  },
  InvalidRequest: {
    status: 400,
    retryable: false,
    message: "{path} {problem}.",
    hint: "The form of every call is in GET /v1/openapi.json.",
  },
  BodyTooLarge: {
    status: 413,
    retryable: false,
    message: "The body has more than {limit} bytes.",
    hint: "Send one intent at a time; conditionData is what makes it long.",
  },
  UnsupportedMediaType: {
    status: 415,
    retryable: false,
    message: "The body is of type {type}.",
    hint: "Send JSON with content-type application/json.",
  },
  NotFound: {
    status: 404,
    retryable: false,
    message: "There is no {what} {id}.",
    hint: "Look at the spelling; an intent is known by its EIP-712 digest.",
  },
  UnknownRoute: {
    status: 404,
    retryable: false,
    message: "There is no {method} {path}.",
    hint: "GET /v1/openapi.json lists every call.",
  },
  MethodNotAllowed: {
    status: 405,
    retryable: false,
    message: "{path} does not take {method}.",
    hint: "It takes {allowed}.",
  },
  InvalidCursor: {
    status: 400,
    retryable: false,
    message: "The cursor {cursor} is not one of ours.",
    hint: "Pass nextCursor of the page before, unchanged, or leave it out.",
  },
  TooManyRequests: {
    status: 429,
    retryable: true,
    message: "Too many calls from this address.",
    hint: "Wait as Retry-After says; follow an intent by its event stream instead of polling.",
  },

  /* THE INTENT */
  WrongChain: {
    status: 400,
    retryable: false,
    message: "The intent is for chain {given}; this keeper serves chain {expected}.",
    hint: "Post it to a keeper of that chain.",
  },
  UnknownToken: {
    status: 400,
    retryable: false,
    message: "{field} {token} is not a token on chain {chainId}.",
    hint: "Give the address of a deployed ERC-20.",
  },
  InvalidAmount: {
    status: 400,
    retryable: false,
    message: "{field} {problem}.",
    hint: "Amounts are decimal strings of atoms up to 2^128 - 1; sellAmount and buyAmount are at least 1.",
  },
  SameToken: {
    status: 400,
    retryable: false,
    message: "sellToken and buyToken are both {token}.",
    hint: "An intent swaps one token for another.",
  },
  InvalidIntent: { status: 400, retryable: false, message: "{problem}", hint: "{hint}" },
  Expired: {
    status: 400,
    retryable: false,
    message: "validTo {validTo} is in the past (the chain is at {now}).",
    hint: "Sign again with a later validTo; times are seconds since 1970.",
  },
  InsufficientValidTo: {
    status: 400,
    retryable: false,
    message: "validTo {validTo} leaves less than {least} seconds (the chain is at {now}).",
    hint: "Sign again with a later validTo.",
  },
  ExcessiveValidTo: {
    status: 400,
    retryable: false,
    message: "validTo {validTo} is more than {most} seconds away.",
    hint: "Sign again with an earlier validTo.",
  },
  WrongSettler: {
    status: 400,
    retryable: false,
    message: "Only {settler} may settle this intent; this keeper settles as {keeper}.",
    hint: "Leave settler empty, or post it to that settler.",
  },
  InvalidSignature: {
    status: 400,
    retryable: false,
    message: "The signature is not valid: {problem}.",
    hint: "Sign the intent's typed data for chain {chainId} and settlement contract {settlement}.",
  },
  WrongOwner: {
    status: 409,
    retryable: false,
    message: "Intent {intentHash} is here already, signed by {owner}; this one is signed by {signer}.",
    hint: "Sign again with another nonce.",
  },
  NonceSpent: {
    status: 409,
    retryable: false,
    message: "Nonce {nonce} of {owner} is filled or cancelled on chain.",
    hint: "Sign again with a nonce that was not used.",
  },
  AlreadyFilled: {
    status: 409,
    retryable: false,
    message: "{filled} of {amount} are filled under nonce {nonce} already.",
    hint: "Sign again with a nonce that was not used.",
  },
  InsufficientBalance: {
    status: 400,
    retryable: false,
    message: "{owner} has {balance} of {token}; the intent needs {needed}.",
    hint: "Get the tokens first, or sell less. If {owner} is not you, the signature recovers to somebody else: it was made by another key, or for another intent, chain or contract.",
  },
  InsufficientAllowance: {
    status: 400,
    retryable: false,
    message: "{owner} allows the settlement contract {allowance} of {token}; the intent needs {needed}.",
    hint: "Call approve({settlement}, amount) on the token first.",
  },
  UnknownAuction: {
    status: 400,
    retryable: false,
    message: "This keeper serves no auction {auction}.",
    hint: "GET /v1/auctions lists those that it serves; in the sealed lane, `auction` has to be one of them.",
  },
  NotSealable: {
    status: 400,
    retryable: false,
    message: "The sealed lane does not take this intent: {problem}.",
    hint: "{hint}",
  },
  FeeTooLow: {
    status: 400,
    retryable: false,
    message:
      "At present the fee pays {pays} of {token} for placing, clearing and claiming; this keeper asks for {needed}.",
    hint: "Sign again with a higher maxFee or feePerWei, or place the intent yourself.",
  },
  NoWindow: {
    status: 400,
    retryable: false,
    message: "No window that this keeper could still place it into locks from {validFrom} to {validTo}.",
    hint: "An intent is priced at a lock; sign again with a validTo that lies at or beyond the next one.",
  },
  NotCancellable: {
    status: 409,
    retryable: false,
    message: "The intent is {status} and cannot be cancelled any more.",
    hint: "Cancel its nonce on chain if it may still settle.",
  },

  /* THE NODE AND THE STORE */
  NodeUnreachable: {
    status: 503,
    retryable: true,
    message: "The node does not answer: {problem}.",
    hint: "Nothing is lost; try again in a moment.",
  },
  NodeBehind: {
    status: 503,
    retryable: true,
    message: "The node's newest block is {age} seconds old.",
    hint: "Nothing is lost; try again in a moment.",
  },
  BroadcastRefused: {
    status: 502,
    retryable: true,
    message: "The node refused the transaction: {problem}.",
    hint: "Look at the keeper's balance and account nonce.",
  },
  StoreFailed: {
    status: 503,
    retryable: true,
    message: "The store does not take writes: {problem}.",
    hint: "Look at the disk of the keeper; the call was not acknowledged.",
  },

  SolverFailed: {
    status: 503,
    retryable: true,
    message: "The search for a batch ended without an answer: {problem}.",
    hint: "Nothing is lost; the keeper tries again. If it goes on, report the log's entry with the book that `walras record` writes.",
  },

  BatchOutdated: {
    status: 409,
    retryable: true,
    message: "Intent {intentHash} is {status}, so the batch that holds it is out of date.",
    hint: "The keeper makes the next batch from what the store says then.",
  },

  /* THE COMMAND LINE */
  InvalidArgument: { status: 400, retryable: false, message: "{argument} {problem}.", hint: "{hint}" },

  /* THE SET-UP */
  StoreUnusable: {
    status: 500,
    retryable: false,
    message: "The database {path} cannot be opened: {problem}.",
    hint: "Look at the path and its permissions; if the file is damaged, put a backup in its place.",
  },
  StoreInUse: {
    status: 500,
    retryable: false,
    message: "The database {path} belongs to a keeper that is running.",
    hint: "Stop the other keeper, or give this one a `store.path` of its own.",
  },
  WrongStore: {
    status: 500,
    retryable: false,
    message:
      "The database {path} is for {storedSettlement} on chain {storedChainId}, not for {settlement} on chain {chainId}.",
    hint: "Give each chain and settlement contract a `store.path` of its own.",
  },
  InvalidConfig: { status: 500, retryable: false, message: "{source}: {key} {problem}.", hint: "{hint}" },
  WrongDeployment: {
    status: 500,
    retryable: false,
    message: "{settlement} on chain {chainId} is not a Walras settlement contract.",
    hint: "Set `settlement` to the address that `npm run deploy` printed, and `rpcUrl` to the same chain.",
  },
  WrongAuction: {
    status: 500,
    retryable: false,
    message: "{auction} on chain {chainId} is not a Walras auction.",
    hint: "Set `auctions.addresses` to what the deployment printed, and `rpcUrl` to the same chain.",
  },
  Internal: {
    status: 500,
    retryable: true,
    message: "Something went wrong inside the keeper.",
    hint: "The keeper's log has the details under this call's id.",
  },
} as const satisfies Record<string, ErrorEntry>;

export type KeeperErrorCode = keyof typeof registry;

export const keeperErrorCodes = Object.keys(registry) as KeeperErrorCode[];

export type ErrorDetails = Record<string, string | number | bigint | boolean>;

function fill(template: string, details: ErrorDetails): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in details ? String(details[name]) : whole,
  );
}

/** An error with a code from the registry. What to do about it is a property of the error, not a guess of the caller. */
export class KeeperError extends Error {
  override readonly name = "KeeperError";
  readonly code: KeeperErrorCode;
  readonly hint: string;
  readonly status: number;
  readonly retryable: boolean;
  readonly details: ErrorDetails;

  constructor(code: KeeperErrorCode, details: ErrorDetails = {}, options?: ErrorOptions) {
    const entry: ErrorEntry = registry[code];
    super(fill(entry.message, details), options);
    this.code = code;
    this.hint = fill(entry.hint, details);
    this.status = entry.status;
    this.retryable = entry.retryable;
    this.details = details;
  }
}
