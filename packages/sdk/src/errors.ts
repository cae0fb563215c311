/**
 * Every error that this package throws by itself, in one table (the keeper's own codes arrive as `KeeperApiError`).
 * Programs look at `code` and `details`, people read `message` and `hint`. `{name}` stands for a detail.
 * docs/SDK.md lists the same codes; a test holds the two together.
 */
const registry = {
  /* VALUES */
  InvalidHex: {
    message: "{field} must be 0x-prefixed hex of {expected}; it is {value}.",
    hint: "Write 0x and two hex digits for each byte.",
  },
  InvalidAddress: {
    message: "{field} must be an address; it is {value}.",
    hint: "Write 0x and 40 hex digits. Mixed case must carry the right EIP-55 checksum; all lower case always passes.",
  },
  AmountOutOfRange: {
    message: "{field} must be a whole number from {min} to 2^{bits} - 1; it is {value}.",
    hint: "Amounts are bigints in atoms: 1.5 of a token with 6 decimals is 1500000n.",
  },
  InvalidTime: {
    message: "{field} must be a whole number of seconds from 0 to 2^32 - 1; it is {value}.",
    hint: "Times are seconds since 1970, not milliseconds.",
  },
  InvalidChainId: {
    message: "chainId must be a whole number from 1; it is {value}.",
    hint: "Pass the number that eth_chainId returns, as a number.",
  },

  /* THE INTENT */
  InvalidKind: {
    message: 'kind must be "sell" or "buy"; it is {value}.',
    hint: '"sell" gives exactly sellAmount; "buy" gets exactly buyAmount.',
  },
  SameToken: {
    message: "sellToken and buyToken are both {token}.",
    hint: "An intent swaps one token for another.",
  },
  NativeToken: {
    message: "{field} is {value}, which stands for the chain's own coin and is no ERC-20.",
    hint: "Use the wrapped token, for instance WETH.",
  },
  InvalidValidity: {
    message: "The intent would end ({validTo}) before it starts ({validFrom}) or before now ({now}).",
    hint: "Choose a validTo that is later than now and not before validFrom, or pass validFor.",
  },
  InvalidDecay: {
    message:
      "The limit cannot fall from startBuyAmount {startBuyAmount} at {validFrom} to buyAmount {buyAmount} at {decayEnd}.",
    hint: "A decay needs startBuyAmount >= buyAmount and decayEnd > validFrom; leave both out for a fixed limit.",
  },
  FeeAboveAmount: {
    message: "maxFee {maxFee} is more than sellAmount {sellAmount}.",
    hint: "maxFee is a part of sellAmount and is counted in sell-token atoms.",
  },
  ConditionDataTooLong: {
    message: "conditionData has {length} bytes; the most is {max}.",
    hint: "Put a hash of the data there and let the condition look the rest up.",
  },
  InvalidJson: {
    message: "{field} must be {expected}; it is {value}.",
    hint: 'Amounts and the nonce travel as decimal strings such as "1500000", times as numbers.',
  },

  /* THE SIGNATURE */
  InvalidSignature: {
    message: "The signature is not valid: {reason}.",
    hint: "Sign the intent's typed data with the owner's key, for the same chain and settlement contract.",
  },
  MissingCall: {
    message: "Verifying a signature by {scheme} needs a call to the chain.",
    hint: "Pass `call`: ({ to, data }) => Promise<hex>, which performs eth_call.",
  },
  SignerFailed: {
    message: "The signer gave no signature.",
    hint: "See `cause`: most often the user declined, or the wallet is on another chain.",
  },

  /* THE BATCH */
  InvalidTokens: {
    message: "The batch's token list is not valid: {reason}.",
    hint: "Up to 256 tokens in strictly ascending order, each with one price above 0.",
  },
  TokenNotInBatch: {
    message: "Fill {fill} needs token {token}, which is not among the batch's tokens.",
    hint: "List every sell and buy token of the fills.",
  },
  TooManyFills: {
    message: "A batch of {fills} fills does not fit; the most is {max}.",
    hint: "Split it into several batches.",
  },
  InvalidTransfer: {
    message: "Transfer {transfer} names fill {fill}; the batch has {fills} fills.",
    hint: "Transfers are pairs of indices into the fills.",
  },
  InvalidPackedFills: {
    message: "The packed fills are not valid at byte {offset}, fill {fill}: {reason}.",
    hint: "Were they made by encodeFills of the same version?",
  },
  InvalidPackedTransfers: {
    message: "The packed transfers are not valid: {reason}.",
    hint: "Each pair takes 4 bytes.",
  },
  InvalidCalldata: {
    message: "The calldata is not a call of settle(Batch): {reason}.",
    hint: "Pass the transaction's whole input, selector included.",
  },
  InvalidFill: {
    message: "The fill cannot be computed: {reason}.",
    hint: "Prices are above 0, `fee` is at most `executed` for kind sell, and no amount exceeds 2^128 - 1.",
  },

  InvalidCount: {
    message: "count must be a whole number from 1; it is {value}.",
    hint: "It is the number of fills in the batch that the fill is thought to be in.",
  },

  /* THE SEALED LANE */
  NotSealable: {
    message: "The sealed lane takes no intent with this {field}: {reason}.",
    hint: "buildSealedIntent sets what the lane fixes: kind sell, in parts, no decay, no condition.",
  },
  TokenNotInMarket: {
    message: "{field} {token} is not traded in the auction {auction}.",
    hint: "An auction trades the tokens of its list only; look for one that has both, or use the instant lane.",
  },
  BelowMinimum: {
    message: "{field} is {amount} atoms; the auction takes no less than {minimum}.",
    hint: "Sell more at a time, or use the instant lane. The fee does not count: what is traded is sellAmount - maxFee.",
  },
  FeeWithoutRate: {
    message: "maxFee {maxFee} and feePerWei {feePerWei} must both be 0 or both be set.",
    hint: "In a sealed window every fee is metered. suggestSealedFee gives both.",
  },
  NoWindow: {
    message: "No window of {windowLength} s that is still open locks between {validFrom} and {validTo}.",
    hint: "An intent takes part in the windows that lock within its validity; pass `windows` to be good for the next ones.",
  },
  InvalidPrice: {
    message: "The price {value} is not valid: {reason}.",
    hint: "A price is mantissa * 2^exponent, with a mantissa from 2^95 to 2^96 - 1 and an exponent from 0 to 2^32 - 1.",
  },

  InvalidMarginal: {
    message: "Order {id} cannot follow order {last} in the list of marginal orders.",
    hint: "List each order once, ids ascending, whole numbers below 2^32.",
  },
  AuctionUnreadable: {
    message: "The answer of {auction} to {what} cannot be read.",
    hint: "Is a CallAuction deployed there, on the chain that `call` asks?",
  },

  /* DEPLOYMENTS AND THE KEEPER */
  UnknownChain: {
    message: "No settlement contract is known on chain {chainId}. Known chains: {known}.",
    hint: "Deploy it (npm run deploy -- --network <name>) or pass the address yourself.",
  },
  UnknownPeriphery: {
    message: "No periphery contracts are known on chain {chainId}. Known chains: {known}.",
    hint: "Deploy them (npm run deploy -- --network <name>) or pass their addresses yourself.",
  },
  UnknownAuction: {
    message: "No auction that trades {tokens} is known on chain {chainId}. Known auctions: {known}.",
    hint: "Deploy one, or read the market of one whose address you have by readAuction.",
  },
  LensUnreadable: {
    message: "The lens at {lens} gave no answer that can be read.",
    hint: "Is a SettlementLens deployed there, on the chain that `call` asks?",
  },
  WaitTimeout: {
    message: "Intent {intentHash} did not become {until} within {timeoutMs} ms; it is {status}.",
    hint: "getIntent tells the reason; wait longer or cancel the intent.",
  },
  IntentEnded: {
    message: "Intent {intentHash} is {status} and cannot become {until} any more.",
    hint: "getIntent tells the reason.",
  },
} as const;

/** The names between braces in a message template. */
type Placeholders<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

export type SdkErrorCode = keyof typeof registry;
export type SdkErrorDetails<Code extends SdkErrorCode> = Record<
  Placeholders<(typeof registry)[Code]["message"]>,
  unknown
>;

/** A code with the details that its message speaks of. */
type SdkErrorArguments = {
  [Code in SdkErrorCode]: [code: Code, details: SdkErrorDetails<Code>, options?: ErrorOptions];
}[SdkErrorCode];

/** All codes, in the order of the table. */
export const sdkErrorCodes: readonly string[] = Object.keys(registry);

/** How a value reads in a message: JSON, cut short, with bigints as digits. */
function show(value: unknown): string {
  if (typeof value === "bigint" || typeof value === "number" || value === undefined) return String(value);
  if (typeof value === "string") return value.length > 100 ? `${value.slice(0, 100)}…` : value;
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(show).join(", ");
  return `of type ${typeof value}`;
}

/**
 * An error of this package.
 *
 * @example
 * try { parseSignedIntent(json) } catch (error) {
 *   if (error instanceof SdkError && error.code === "AmountOutOfRange") console.error(error.message, error.hint);
 * }
 */
export class SdkError extends Error {
  override readonly name = "SdkError";
  readonly code: SdkErrorCode;
  readonly details: Readonly<Record<string, unknown>>;
  /** What to do about it. */
  readonly hint: string;
  /** Where the documentation speaks of it, relative to the repository. */
  readonly docsPath: string;

  constructor(...[code, details, options]: SdkErrorArguments) {
    const { message, hint } = registry[code];
    const values: Record<string, unknown> = details;
    super(
      message.replace(/\{(\w+)\}/g, (_, name: string) => show(values[name])),
      options,
    );
    this.code = code;
    this.details = values;
    this.hint = hint;
    this.docsPath = `docs/SDK.md#${code.toLowerCase()}`;
  }
}
