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
export { validateIntent } from "./intent/validateIntent.ts";
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
  type SignTypedData,
  type ViemAccount,
  type ViemWalletClient,
  type WalrasTypedData,
} from "./intent/signers.ts";
export { signCancel, signIntent, type SignIntentOptions } from "./intent/signIntent.ts";
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
  parseSignedIntent,
  serializeIntent,
  serializeSignedIntent,
} from "./intent/signedIntentJson.ts";

/* THE KEEPER: its wire */
export type * from "./api/types.ts";
export { batchStatuses, healthStatuses, intentStatuses } from "./api/types.ts";
