/** Random values for property tests; every field takes zero, its greatest value and anything between. */
import fc from "fast-check";
import { parseAddress, parseHex, zeroAddress } from "../src/hex.ts";
import type { Fill } from "../src/batch/Batch.ts";
import { intentKinds, type Intent, type IntentSignature } from "../src/intent/Intent.ts";

const uint = (bits: number, min = 0n) => {
  const max = (1n << BigInt(bits)) - 1n;
  return fc.oneof(fc.constantFrom(min, max), fc.bigInt({ min, max }));
};
export const uint128 = uint(128);
export const time = fc.oneof(fc.constantFrom(0, 0xffffffff), fc.integer({ min: 0, max: 0xffffffff }));

export const bytes = (length: { minLength: number; maxLength: number }) =>
  fc.uint8Array(length).map((array) => parseHex(`0x${Buffer.from(array).toString("hex")}`, "bytes"));
export const address = bytes({ minLength: 20, maxLength: 20 }).map((hex) => parseAddress(hex));
const addressOrZero = fc.oneof(fc.constant(zeroAddress), address);

/** Any intent that has a packed form; it need not make sense. */
export const intent: fc.Arbitrary<Intent> = fc.record({
  sellToken: address,
  buyToken: address,
  receiver: addressOrZero,
  sellAmount: uint128,
  buyAmount: uint128,
  startBuyAmount: uint128,
  maxFee: uint128,
  feePerWei: uint128,
  validFrom: time,
  decayEnd: time,
  validTo: time,
  nonce: fc.oneof(uint(64), uint(256)),
  kind: fc.constantFrom(...intentKinds),
  partiallyFillable: fc.boolean(),
  settler: addressOrZero,
  condition: addressOrZero,
  conditionData: fc.oneof(
    { weight: 9, arbitrary: bytes({ minLength: 0, maxLength: 70 }) },
    { weight: 1, arbitrary: fc.constant(parseHex(`0x${"ab".repeat(0xffff)}`, "bytes")) },
  ),
});

/** The bytes of a well-formed compact signature with a low s, of nobody in particular. */
const compactEcdsa = fc
  .tuple(
    bytes({ minLength: 32, maxLength: 32 }),
    fc.constantFrom("00", "80"),
    bytes({ minLength: 31, maxLength: 31 }),
  )
  .map(([r, parity, s]) => parseHex(r + parity + s.slice(2), "signature"));

export const signature: fc.Arbitrary<IntentSignature> = fc.oneof(
  fc.record({ scheme: fc.constant("ecdsa"), signature: compactEcdsa }),
  fc.record({
    scheme: fc.constant("eip1271"),
    owner: address,
    signature: bytes({ minLength: 0, maxLength: 140 }),
  }),
  fc.record({ scheme: fc.constant("approval"), owner: address }),
);

/** A fill; often it executes the whole amount, so that the section for it is left out. */
export const fill: fc.Arbitrary<Fill> = fc
  .record({ intent, signature, executed: fc.option(uint128), fee: uint128 })
  .map(({ executed, ...rest }) => ({
    ...rest,
    executed: executed ?? (rest.intent.kind === "sell" ? rest.intent.sellAmount : rest.intent.buyAmount),
  }));
