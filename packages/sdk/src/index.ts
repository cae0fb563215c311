export type * from "./api/types.ts";
export { batchStatuses, healthStatuses, intentStatuses } from "./api/types.ts";
export { isHex, parseAddress, parseHex, zeroAddress, type Address, type Hex } from "./hex.ts";
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
export { SdkError, sdkErrorCodes, type SdkErrorCode } from "./errors.ts";
