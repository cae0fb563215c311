import type { Hex } from "../hex.ts";
import { builtInMessages, decodeRevert, type DecodedRevert } from "../revert.ts";
import { settlementInterface } from "./settlementInterface.ts";

/** What each error of the contract means, in words. `{name}` stands for an argument of the error. */
const messages: Record<string, string> = {
  PricesLengthMismatch: "The batch has {tokens} tokens but {prices} prices.",
  TokensNotAscending: "Token {index} is not greater than the one before it.",
  ZeroPrice: "The price of token {index} is 0.",
  FillTruncated: "The packed fills end inside fill {fill}.",
  TrailingFillBytes: "{surplusBytes} bytes follow the last fill.",
  UnknownFlags: "The flags {flags} of fill {fill} have a bit set that means nothing.",
  TransfersTruncated: "The transfers take {length} bytes, which is no whole number of pairs.",
  TransferFillOutOfRange: "Transfer {transfer} names fill {fill}, which is not in the batch.",
  TransferTokenMismatch: "In transfer {transfer}, fill {from} does not sell the token that fill {to} buys.",
  TokenIndexOutOfRange: "Fill {fill} names token {tokenIndex}, which is not in the batch.",
  SameToken: "Fill {fill} sells and buys the same token {token}.",
  WrongSettler: "Only {settler} may settle fill {fill}.",
  NotYetValid: "Fill {fill} is not valid before {validFrom}.",
  Expired: "Fill {fill} has been valid until {validTo} only.",
  InvalidDecay: "The limit of fill {fill} would rise from {startBuyAmount} to {buyAmount}; it can only fall.",
  InvalidSignature: "The signature of fill {fill} is not valid.",
  NotApproved: "{owner} has not approved the intent {intentHash} of fill {fill}.",
  UnknownKind: 'The kind {kind} is neither "sell" nor "buy".',
  NonceSpent: "The nonce {nonce} of {owner}, fill {fill}, is filled or cancelled.",
  NotPartiallyFillable: "Fill {fill} executes {executed} of {amount}, and the intent is fill or kill.",
  ZeroFill: "Fill {fill} executes nothing.",
  Overfilled: "Fill {fill} executes {executed}, and {remaining} is left of the intent.",
  FeeTooHigh: "The fee {fee} of fill {fill} is more than the intent allows for {sold} sold.",
  FeeAboveCost:
    "At the rate that its owner signed, the fee {fee} of fill {fill} claims {claimed} wei, and the fill's metered cost is {cost} wei.",
  FeesAboveCost: "The fees claim {claimed} wei of metered cost together, and the batch has cost {cost} wei.",
  LimitNotMet:
    "Fill {fill} gives {sold} for {bought}, which is worse than the limit of {limitBuyAmount} for the whole amount.",
  AmountOverflow: "An amount of fill {fill}, {amount}, does not fit 128 bits.",
  TransferFailed:
    "{token} did not move {amount} from {from} to {to} for fill {fill}: balance or allowance too small?",
  OutcomeNotMet: "The condition {condition} of fill {fill} does not hold after the batch.",
  ReentrancyGuardReentrantCall: "The settlement contract was called back while it was settling.",
  InvalidShortString: "The contract was deployed with a name or version that is too long.",
  StringTooLong: "The contract was deployed with a name or version that is too long: {str}.",
};

/** Names of the errors that have a sentence; a test holds them equal to the ABI's. */
export const describedSettlementErrors: readonly string[] = Object.keys({ ...messages, ...builtInMessages });

export type SettlementError = DecodedRevert & {
  /** The fill that is to blame, as an index into the batch; null when the error is about no single fill. */
  fillIndex: number | null;
};

/**
 * Says why a settlement reverted. Never throws: whatever the data is, there is an answer.
 *
 * @param data what the call returned when it reverted; {@link findRevertData} digs it out of an error
 *
 * @example
 * const { name, fillIndex, message } = decodeSettlementError(data);
 * if (fillIndex !== null) dropFill(fillIndex);
 */
export function decodeSettlementError(data: Hex): SettlementError {
  const decoded = decodeRevert(data, settlementInterface, messages, "the settlement contract");
  return { ...decoded, fillIndex: blamedFill(decoded) };
}

/** By the contract's convention, an error about a fill carries the fill's index first. */
function blamedFill({ args }: DecodedRevert): number | null {
  const [first] = Object.entries(args);
  return first?.[0] === "fill" ? Number(first[1]) : null;
}
