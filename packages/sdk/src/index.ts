export { SdkError, sdkErrorCodes, type SdkErrorCode, type SdkErrorDetails } from "./errors.ts";
export { isHex, parseAddress, parseHex, zeroAddress, type Address, type Hex } from "./hex.ts";

/* THE INTENT: build, hash, sign, verify, send as JSON */
export {
  intentKinds,
  type DecimalString,
  type Intent,
  type IntentDomain,
  type IntentKind,
  type IntentSignature,
  type SerializedIntent,
  type SerializedSignedIntent,
  type SignedIntent,
} from "./intent/Intent.ts";
export { buildIntent, randomNonce, type BuildIntentInput } from "./intent/buildIntent.ts";
export { checkIntentFields, validateIntent } from "./intent/validateIntent.ts";
export {
  cancelTypedData,
  cancelTypes,
  intentTypedData,
  intentTypes,
  type CancelTypedData,
  type IntentTypedData,
  type TypedDataDomain,
} from "./intent/typedData.ts";
export {
  CANCEL_TYPEHASH,
  domainSeparator,
  hashCancel,
  hashIntent,
  INTENT_TYPEHASH,
  intentStructHash,
} from "./intent/hashIntent.ts";
export { fillSurplus, limitBuyAmount } from "./intent/limitBuyAmount.ts";
export {
  eip1193Signer,
  typedDataJson,
  viemSigner,
  type Eip1193Provider,
  type EthersSigner,
  type IntentSigner,
  type SigningDomain,
  type SignTypedData,
  type ViemAccount,
  type ViemWalletClient,
  type WalrasTypedData,
} from "./intent/signers.ts";
export { signCancel, signIntent, type SignIntentOptions } from "./intent/signIntent.ts";
export { fillCost, settlementSize, type CostPrices, type FillCostOptions } from "./fees/fillCost.ts";
export { suggestFee, type SuggestedFee, type SuggestFeeOptions } from "./fees/suggestFee.ts";
export { compactSignature, expandSignature, recoverSigner } from "./intent/signature.ts";
export {
  verifyCancelSignature,
  verifyIntentSignature,
  type EthCall,
  type VerifyOptions,
} from "./intent/verifySignature.ts";
export {
  parseIntent,
  parseIntentSignature,
  parseSealedIntent,
  parseSealedSignature,
  parseSignedIntent,
  serializeIntent,
  serializeSealedIntent,
  serializeSignedIntent,
} from "./intent/signedIntentJson.ts";

/* THE BATCH: encode, decode, events and errors */
export { batchTokens, maxFills, maxTokens, type Batch, type Fill, type Transfer } from "./batch/Batch.ts";
export { computeFill, type FillTerms } from "./batch/computeFill.ts";
export { encodeFills, type EncodeFillsOptions } from "./batch/encodeFills.ts";
export { decodeFills } from "./batch/decodeFills.ts";
export { decodeTransfers, encodeTransfers } from "./batch/transfers.ts";
export { decodeSettle, encodeSettle } from "./batch/settleCalldata.ts";
export {
  decodeSettlementLog,
  decodeSettlementLogs,
  type ApprovalEvent,
  type CancelEvent,
  type FillEvent,
  type LogEntry,
  type SettledBatch,
  type SettleEvent,
  type SettlementEvent,
} from "./batch/settlementLogs.ts";
export { decodeSettlementError, type SettlementError } from "./batch/settlementError.ts";
export { findRevertData, type DecodedRevert } from "./revert.ts";
export { settlementAbi } from "./generated/settlementAbi.ts";

/* THE SEALED LANE: build, sign, place, clear, claim; what came out */
export {
  auctionDomain,
  type AuctionMarket,
  type AuctionPrice,
  type MarginalOrder,
  type OrderTerms,
  type PlaceableSignature,
  type SealedIntent,
  type SealedSignature,
  type SerializedSealedIntent,
  type WindowState,
  windowStates,
} from "./auction/Auction.ts";
export {
  buildSealedIntent,
  orderTerms,
  validateSealedIntent,
  type SealedIntentInput,
  type SealedMarket,
} from "./auction/buildSealedIntent.ts";
export {
  hashSealedIntent,
  sealedIntentTypedData,
  signSealedIntent,
  signSealedPermit2,
  type SignSealedPermit2Options,
} from "./auction/signSealedIntent.ts";
export {
  hashSealedPermit2,
  sealedPermit2TypedData,
  sealedPermit2Types,
  sealedWitnessType,
  type Permit2Market,
  type SealedPermit2TypedData,
} from "./auction/sealedPermit2.ts";
export {
  clearableUntil,
  lockOf,
  validToForWindows,
  windowAt,
  windowsOf,
  type WindowRange,
} from "./auction/windows.ts";
export { decodePlace, encodePlace, type Placement } from "./auction/placements.ts";
export {
  clearingKey,
  decodeClear,
  decodeClearResult,
  decodeMarginal,
  emptyProgress,
  encodeClear,
  encodeMarginal,
  type ClearPage,
  type ClearProgress,
} from "./auction/clearing.ts";
export {
  encodeClaim,
  encodeClaimTo,
  encodeCollect,
  encodeOrderCancel,
  encodeOrderRefund,
  encodeRoll,
  encodeSealedApproval,
  encodeSealedNonceCancel,
} from "./auction/afterwards.ts";
export { decodePrice, encodePrice } from "./auction/price.ts";
export {
  orderBand,
  outcomeOf,
  type ClearedToken,
  type OrderBand,
  type OrderOutcome,
} from "./auction/outcomeOf.ts";
export {
  readAuction,
  readOutcome,
  readWindow,
  type AuctionWindow,
  type PlacedOrder,
  type ReadWindowOptions,
  type WindowClearing,
} from "./auction/readAuction.ts";
export {
  decodeAuctionLog,
  decodeAuctionLogs,
  type AuctionEvent,
  type ClaimEvent,
  type ClearEvent,
  type PlaceEvent,
} from "./auction/auctionLogs.ts";
export { decodeAuctionError, type AuctionError } from "./auction/auctionError.ts";
export {
  auctionCost,
  suggestSealedFee,
  type AuctionCostPrices,
  type AuctionStep,
  type SuggestSealedFeeOptions,
} from "./auction/sealedFee.ts";
export { auctionAbi } from "./generated/auctionAbi.ts";

/* THE PERIPHERY: conditions, the chain's own coin, the lens, a keeper's executor */
export {
  allOfCondition,
  anyOfCondition,
  minimumBalanceCondition,
  nonceFilledCondition,
  priceFeedCondition,
  timeSlicedCondition,
  type IntentCondition,
} from "./conditions.ts";
export {
  buildNativeSale,
  decodeNativeDeposits,
  encodeNativeClaim,
  encodeNativeDeposit,
  encodeNativeRefund,
  encodeNativeUnwrap,
  encodeNativeWithdraw,
  nativeNonce,
  nativeReceiver,
  nativeSignedIntent,
  type NativeSaleInput,
} from "./native.ts";
export {
  buildNativeSealedSale,
  encodeNativeOrderCancel,
  encodeNativeOrderClaim,
  encodeNativePlace,
  type NativeSealedSaleInput,
} from "./nativeSealed.ts";
export {
  intentObstacles,
  readIntents,
  type IntentObstacle,
  type IntentState,
  type ReadIntentsOptions,
} from "./lens.ts";
export {
  encodeExecutorCalls,
  encodeExecutorExecute,
  encodeExecutorSettle,
  encodeExecutorSweep,
  permit2Address,
  permit2Call,
  permitCall,
  uniswapV2SwapCalls,
  uniswapV3SwapCall,
  type ExecutorCall,
  type ExecutorPlan,
} from "./executor.ts";

/* WHERE THE CONTRACT IS */
export {
  settlementDeployment,
  settlementDomain,
  type SettlementDeployment,
} from "./deployments/settlementDeployment.ts";
export {
  peripheryContracts,
  peripheryDeployment,
  type PeripheryContract,
  type PeripheryDeployment,
} from "./deployments/peripheryDeployment.ts";

export {
  auctionDeployment,
  auctionDeployments,
  type AuctionDeployment,
} from "./deployments/auctionDeployment.ts";

/* THE KEEPER: its wire, and a client of it */
export type * from "./api/types.ts";
export { batchStatuses, healthStatuses, intentStatuses, lanes } from "./api/types.ts";
export { clientErrorCodes, KeeperApiError, type ClientErrorCode } from "./api/KeeperApiError.ts";
export { createKeeperClient, type KeeperClient } from "./api/keeperClient.ts";
export type { CallOptions, KeeperHttpOptions } from "./api/http.ts";
export { finalStatuses, type WaitOptions, type WatchOptions } from "./api/watchIntent.ts";
