/**
 * The packed form of a fill, shared by encodeFills and decodeFills; `FillDecoder.sol` is its counterpart. Big-endian:
 *
 *   head            flags uint16, sellTokenIndex uint8, buyTokenIndex uint8, validTo uint32, nonce (low) uint64,
 *                   sellAmount uint128
 *   buyAmount       uint128
 *   longNonce       nonce (high) uint192
 *   receiver        address
 *   validFrom       uint32
 *   decay           startBuyAmount uint128, decayEnd uint32
 *   fee             maxFee uint128, feePerWei uint128, fee uint128
 *   settler         address
 *   condition       address
 *   conditionData   length uint16, bytes
 *   executed        uint128; without it the whole amount of the exact side
 *   signature       as its scheme says
 *
 * From longNonce to executed, a section is there if its flag is set and stands for zero if it is not.
 */
export const fillFlags = {
  buy: 0x0001,
  partiallyFillable: 0x0002,
  longNonce: 0x0004,
  receiver: 0x0008,
  validFrom: 0x0010,
  decay: 0x0020,
  fee: 0x0040,
  settler: 0x0080,
  condition: 0x0100,
  conditionData: 0x0200,
  executed: 0x0400,
} as const;

/** Bits 11 and 12 of the flags. */
export const schemeShift = 11;
export const signatureSchemes = { ecdsa64: 0, ecdsa65: 1, eip1271: 2, approval: 3 } as const;

/** Bits 13 to 15 mean nothing and must be zero. */
export const knownFlags = 0x1fff;
