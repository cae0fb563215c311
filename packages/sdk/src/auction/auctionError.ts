import { Interface } from "ethers";
import { isHex, type Hex } from "../hex.ts";
import { decodeRevert, type DecodedRevert } from "../revert.ts";
import { auctionInterface } from "./auctionInterface.ts";

/** What each error of the contract means, and what to do about it. `{name}` stands for an argument of the error. */
const errors: Record<string, { message: string; hint: string }> = {
  /* PLACEMENTS */
  NotASell: { message: "Placement {placement} is of kind buy.", hint: "Sign an intent of kind sell." },
  UnknownKind: {
    message: 'The kind {kind} is neither "sell" nor "buy".',
    hint: "Sign an intent of kind sell.",
  },
  NotPartiallyFillable: {
    message: "Placement {placement} is fill or kill.",
    hint: "Sign an intent that may be filled in part, or use the instant lane.",
  },
  DecayingLimit: {
    message: "The limit of placement {placement} falls with time.",
    hint: "Sign a fixed limit, or use the instant lane.",
  },
  HasCondition: {
    message: "Placement {placement} has a condition.",
    hint: "Sign an intent without one, or use the instant lane.",
  },
  WrongSettler: {
    message: "Only {settler} may settle placement {placement}.",
    hint: "Sign an intent for anybody, or for the auction.",
  },
  SameToken: {
    message: "Placement {placement} sells and buys the same token {token}.",
    hint: "An intent swaps one token for another.",
  },
  InvalidFee: {
    message: "Placement {placement} has a maxFee of {maxFee} and a feePerWei of {feePerWei}.",
    hint: "Both are 0 or both are set, and maxFee is at most sellAmount. suggestSealedFee gives both.",
  },
  UnknownToken: {
    message: "Placement {placement} names {token}, which is not in the market.",
    hint: "Look for an auction that trades both tokens.",
  },
  AmountOutOfRange: {
    message: "Placement {placement} sells or asks {amount} of {token}, which the market does not take.",
    hint: "sellAmount - maxFee and buyAmount are at least the token's minimum and below 2^112.",
  },
  NotYetValid: {
    message: "Placement {placement} is not valid before {validFrom}, after the lock.",
    hint: "Place it in a later window.",
  },
  Expired: {
    message: "Placement {placement} is valid until {validTo}, before the lock.",
    hint: "Sign for more windows: `windows` of buildSealedIntent.",
  },
  NonceSpent: {
    message: "The nonce {nonce} of {owner}, placement {placement}, is placed or cancelled.",
    hint: "Sign with a fresh nonce.",
  },
  InvalidSignature: {
    message: "The signature of placement {placement} is not the owner's.",
    hint: "Sign for the auction's own domain, on this chain; signatures for the settlement are others.",
  },
  NotApproved: {
    message: "{owner} has not approved the intent {intentHash} of placement {placement}.",
    hint: "Call setApproval of the auction.",
  },
  PermitRefused: {
    message: "Permit2 has refused placement {placement}: {reason}.",
    hint: "The owner's allowance to Permit2, the balance, the signature and Permit2's nonce all have to be good.",
  },
  PullFailed: {
    message: "{token} did not move {amount} from {owner} for placement {placement}.",
    hint: "The owner's balance and allowance to the auction have to cover sellAmount.",
  },
  WrongAmountReceived: {
    message: "Of {amount} of {token} for placement {placement}, {received} has come.",
    hint: "The token takes a fee or rebases. The auction takes no such token.",
  },
  TooManyOrders: {
    message: "The window has no place for placement {placement}.",
    hint: "Place it in the next window.",
  },

  /* ORDERS */
  NoOrder: {
    message: "There is no order {id} in window {window}, or none any more.",
    hint: "It was cancelled, paid out or rolled, perhaps by somebody else.",
  },
  NotOwner: {
    message: "Order {id} of window {window} is {owner}'s.",
    hint: "Only its owner can cancel it or direct it elsewhere.",
  },
  StillValid: {
    message: "What is left of order {id} of window {window} is valid for the current window.",
    hint: "Roll it; only its owner may claim it now.",
  },
  PayFailed: {
    message: "{token} did not move {amount} to {to}.",
    hint: "Does the token block the receiver? Leave this order out; its owner can take it elsewhere by claimTo.",
  },

  /* WINDOWS */
  Locked: {
    message: "Window {window} is locked since {lock}.",
    hint: "Its orders stay as they are until it is cleared or void.",
  },
  NotLocked: { message: "Window {window} locks at {lock} only.", hint: "Wait for the lock." },
  NotCleared: {
    message: "Window {window} is not cleared.",
    hint: "Clear it, or wait until it is void and refund.",
  },
  AlreadyCleared: { message: "Window {window} is cleared already.", hint: "Somebody was faster; claim." },
  Void: { message: "Window {window} was to be cleared until {deadline}.", hint: "Refund its orders." },
  NotVoid: { message: "Window {window} is not void.", hint: "It can be cleared, or has been." },
  NoOrders: { message: "Window {window} has no orders.", hint: "There is nothing to clear." },

  /* CLEARING */
  PricesLengthMismatch: {
    message: "There are {prices} prices for {tokens} tokens.",
    hint: "One for each token of the market, traded or not.",
  },
  PriceNotNormalised: {
    message: "The price of token {token} is not normalised.",
    hint: "encodePrice refuses such prices.",
  },
  WrongProgress: {
    message: "The clearing {key} is not where the progress says.",
    hint: "Hand in what the page before returned, or begin anew with another salt.",
  },
  InvalidMarginal: {
    message: "The amount {amount} for order {id} is not allowed at these prices.",
    hint: "Of an order at its limit more than 0, of one in the money a little less than all, of others none.",
  },
  UnusedMarginal: {
    message: "Entry {index} of the marginal orders is for no order of this page.",
    hint: "List the page's own orders, ids ascending, and none that is gone.",
  },
  BoughtOverflow: {
    message: "At these prices order {id} would get more than any window can hold.",
    hint: "The prices are far from an equilibrium.",
  },
  SoldTooLittle: {
    message: "Of token {token}, {sold} is sold and {bought} is bought.",
    hint: "The prices are no equilibrium, or the marginal amounts do not fit them.",
  },
  SoldToNobody: {
    message: "Of token {token}, {sold} is sold and nobody buys it.",
    hint: "A token that nobody buys needs a price at which nobody sells it.",
  },

  /* CONSTRUCTION, AND WHAT IS INHERITED */
  InvalidMarket: {
    message: "A market cannot have {tokens} tokens and {minimums} minimums.",
    hint: "2 to 256 tokens and a minimum for each.",
  },
  TokensNotAscending: {
    message: "Token {index} is not greater than the one before it, or 0.",
    hint: "Sort the tokens by address.",
  },
  MinimumTooLow: {
    message: "The minimum of token {index} is {minimum}, below 2^16.",
    hint: "Choose minimums of about equal worth, of 2^20 atoms or more where decimals allow.",
  },
  InvalidWindowLength: { message: "A window cannot last 0 seconds.", hint: "Give a length in seconds." },
  ReentrancyGuardReentrantCall: {
    message: "The auction was called back while it was at work.",
    hint: "A token calls back; the auction takes no such call.",
  },
  InvalidShortString: {
    message: "The contract was deployed with a name or version that is too long.",
    hint: "Both are fixed.",
  },
  StringTooLong: {
    message: "The contract was deployed with a name or version that is too long: {str}.",
    hint: "Both are fixed.",
  },
};

/** Names of the errors that have a sentence; a test holds them equal to the ABI's. */
export const describedAuctionErrors: readonly string[] = Object.keys(errors);

const messages = Object.fromEntries(Object.entries(errors).map(([name, { message }]) => [name, message]));

/** What Permit2 and the tokens behind it say. */
const permit2Messages: Record<string, string> = {
  InvalidSigner: "the signature is not the owner's",
  InvalidSignature: "the signature recovers nobody",
  InvalidSignatureLength: "the signature has neither 64 nor 65 bytes",
  InvalidContractSignature: "the owner's contract does not accept the signature",
  InvalidNonce: "its nonce is spent in Permit2",
  SignatureExpired: "the signature was good until {signatureDeadline} only",
  InvalidAmount: "the signature allows {maxAmount} at most",
  Error: "{reason}",
};

const permit2Interface = /* @__PURE__ */ new Interface([
  "error InvalidSigner()",
  "error InvalidSignature()",
  "error InvalidSignatureLength()",
  "error InvalidContractSignature()",
  "error InvalidNonce()",
  "error SignatureExpired(uint256 signatureDeadline)",
  "error InvalidAmount(uint256 maxAmount)",
]);

export type AuctionError = DecodedRevert & {
  /** What to do about it. */
  hint: string;
  /** The placement that is to blame, as an index into the call; null when the error is about none. */
  placementIndex: number | null;
  /** The order that is to blame; null when the error is about none. While clearing, the window is the call's. */
  orderId: number | null;
};

/**
 * Says why a call of an auction reverted. Never throws: whatever the data is, there is an answer.
 *
 * @param data what the call returned when it reverted; {@link findRevertData} digs it out of an error
 *
 * @example
 * const { name, placementIndex, message, hint } = decodeAuctionError(data);
 * if (placementIndex !== null) placements.splice(placementIndex, 1);
 */
export function decodeAuctionError(data: Hex): AuctionError {
  const decoded = inWords(decodeRevert(data, auctionInterface, messages, "the auction"));
  const { name, args } = decoded;
  return {
    ...decoded,
    hint: errors[name]?.hint ?? "Simulate the call on the latest block and look at what it calls.",
    placementIndex: "placement" in args ? Number(args.placement) : null,
    orderId: "id" in args ? Number(args.id) : null,
  };
}

/** Permit2's own error, which the auction hands on as bytes, in words. */
function inWords(decoded: DecodedRevert): DecodedRevert {
  const { reason } = decoded.args;
  if (decoded.name !== "PermitRefused" || !isHex(reason)) return decoded;
  const { message } = decodeRevert(reason, permit2Interface, permit2Messages, "Permit2");
  return { ...decoded, message: decoded.message.replace(reason, () => message) };
}
