/**
 * Every shape on the wire, once: requests are checked by these schemas, answers are written by them, and the OpenAPI
 * document is made from them. schemas.test.ts holds their types equal to the SDK's wire types.
 */
import { batchStatuses, healthStatuses, intentKinds, intentStatuses, lanes, windowStates } from "@walras/sdk";
import { z } from "zod";

/* WORDS */

const hex = (digits: string, problem: string) =>
  z.templateLiteral(["0x", z.string().regex(new RegExp(`^[0-9a-fA-F]${digits}$`))], problem);

const address = hex("{40}", "must be an address: 0x and 40 hex digits").meta({ id: "Address" });
const hash = hex("{64}", "must be 32 bytes: 0x and 64 hex digits").meta({ id: "Hash" });
const bytes = z
  .templateLiteral(
    ["0x", z.string().regex(/^([0-9a-fA-F]{2})*$/)],
    "must be bytes: 0x and pairs of hex digits",
  )
  .meta({ id: "Bytes" });
const amount = z
  .string()
  .regex(/^\d{1,78}$/, "must be a decimal string")
  .meta({ id: "DecimalString", description: "A whole number of any size, in decimal digits." });
const seconds = z
  .int("must be a whole number of seconds")
  .min(0, "must be at least 0")
  .max(0xffffffff, "must be at most 2^32 - 1: seconds since 1970, not milliseconds")
  .meta({ id: "Seconds", description: "Seconds since 1970." });
const instant = z.iso.datetime().meta({ id: "Instant" });

/* THE INTENT */

export const intentSchema = z
  .strictObject({
    sellToken: address,
    buyToken: address,
    receiver: address.describe("Gets what is bought; the zero address stands for the owner."),
    sellAmount: amount.describe("The most that the owner gives, fee included. uint128."),
    buyAmount: amount.describe("The least that the receiver gets for the whole sellAmount. uint128."),
    startBuyAmount: amount.describe("Asked at validFrom, falls to buyAmount at decayEnd; 0: no decay."),
    maxFee: amount.describe("The most of sellAmount that the keeper may take for a full fill."),
    feePerWei: amount.describe(
      "Sell-token atoms per wei of metered cost that the keeper may take, scaled by 1e18; 0 leaves maxFee as the only bound.",
    ),
    validFrom: seconds,
    decayEnd: seconds,
    validTo: seconds,
    nonce: amount.describe("uint256, unordered; two intents with one nonce exclude each other."),
    kind: z.enum(intentKinds).describe('"sell": sellAmount is exact; "buy": buyAmount is exact.'),
    partiallyFillable: z.boolean(),
    settler: address.describe("The only address that may settle it; the zero address: anyone."),
    condition: address.describe("A contract that must approve the outcome; the zero address: none."),
    conditionData: bytes,
  })
  .meta({ id: "Intent", description: "EIP-712 struct Intent; docs/SPEC.md has its meaning." });

export const signatureSchema = z
  .discriminatedUnion("scheme", [
    z.strictObject({ scheme: z.literal("ecdsa"), signature: bytes.describe("65 bytes, or 64 by EIP-2098.") }),
    z.strictObject({ scheme: z.literal("eip1271"), owner: address, signature: bytes }),
    z.strictObject({ scheme: z.literal("approval"), owner: address }),
    z
      .strictObject({ scheme: z.literal("permit2"), owner: address, signature: bytes })
      .describe("Sealed lane only: Permit2's transfer with the intent as its witness."),
  ])
  .meta({ id: "IntentSignature" });

const lane = z.enum(lanes).meta({
  id: "Lane",
  description:
    '"instant": settled in a batch as soon as one fits; "sealed": placed into a window of an auction.',
});

const intentStatus = z.enum(intentStatuses).meta({ id: "IntentStatus" });

const reason = z
  .strictObject({ code: z.string(), message: z.string() })
  .meta({ id: "Reason", description: "Why it is not settled: a code for programs, a sentence for people." });

const intentFill = z.strictObject({
  batchId: z.string(),
  transactionHash: hash.nullable(),
  executed: amount,
  sold: amount,
  bought: amount,
  fee: amount,
  confirmed: z.boolean(),
});

const orderId = z.int().describe("The position of the order in its window.");
const orderRef = z.strictObject({ window: z.int(), orderId });
const windowState = z.enum(windowStates).meta({ id: "WindowState" });

const sealedViewSchema = z
  .strictObject({
    auction: address,
    orders: z
      .array(
        z
          .strictObject({
            ...orderRef.shape,
            state: windowState,
            executed: amount.describe("Sell-token atoms that were traded."),
            bought: amount.describe("Buy-token atoms for that, what was over included."),
            fee: amount.describe("Sell-token atoms of fees that the order has paid."),
            paid: z
              .boolean()
              .describe("Whether it is closed on chain: claimed, rolled, refunded or cancelled."),
            refunded: amount.describe("Sell-token atoms that have gone back to the owner."),
            rolledTo: orderRef.nullable().describe("The order that the rest has become."),
          })
          .meta({ id: "OrderView" }),
      )
      .describe("The orders that it has been, newest last; empty before it is placed."),
  })
  .meta({ id: "SealedView", description: "Where an intent of the sealed lane stands in its auction." });

export const intentViewSchema = z
  .strictObject({
    intentHash: hash.describe("The EIP-712 digest: the one id of an intent everywhere."),
    owner: address,
    intent: intentSchema,
    signature: signatureSchema,
    lane,
    sealed: sealedViewSchema.nullable(),
    status: intentStatus,
    filledAmount: amount.describe("The sum of `executed` over the fills."),
    sold: amount,
    bought: amount,
    fee: amount,
    surplus: amount.describe(
      'Beyond the limit: bought atoms for kind "sell", unspent sell atoms for kind "buy".',
    ),
    reason: reason.nullable(),
    createdAt: instant,
    updatedAt: instant,
    fills: z.array(intentFill),
  })
  .meta({ id: "IntentView" });

export const intentEventSchema = z
  .strictObject({
    id: z.string().describe("Send it back as Last-Event-ID."),
    intentHash: hash,
    status: intentStatus,
    reason: reason.nullable(),
    at: instant,
    batchId: z.exactOptional(z.string().nullable()),
    transactionHash: z.exactOptional(hash.nullable()),
  })
  .meta({ id: "IntentEvent", description: "Data of `event: status`." });

export const intentPageSchema = z
  .strictObject({ intents: z.array(intentViewSchema), nextCursor: z.string().nullable() })
  .meta({ id: "IntentPage" });

/* CALLS */

export const postIntentBodySchema = z
  .strictObject({
    intent: intentSchema,
    signature: signatureSchema,
    chainId: z.exactOptional(
      z.int("must be a whole number").min(1).describe("Refused when it is not the chain of this keeper."),
    ),
    lane: z.exactOptional(lane),
    auction: z.exactOptional(address),
  })
  .meta({ id: "PostIntentBody" });

export const cancelIntentBodySchema = z
  .strictObject({ signature: bytes.describe("The owner's EIP-712 signature of Cancel(bytes32 intentHash).") })
  .meta({ id: "CancelIntentBody" });

const limit = z.exactOptional(
  z.coerce.number().int("must be a whole number").min(1, "must be 1 to 100").max(100, "must be 1 to 100"),
);
const cursor = z.exactOptional(z.string().min(1).max(200).describe("nextCursor of the page before."));

export const listIntentsQuerySchema = z.strictObject({
  owner: address,
  status: z.exactOptional(intentStatus),
  limit,
  cursor,
});
export const listBatchesQuerySchema = z.strictObject({ limit, cursor });

export const intentParamsSchema = z.strictObject({ intentHash: hash });
export const bookParamsSchema = z.strictObject({ sellToken: address, buyToken: address });
export const batchParamsSchema = z.strictObject({ id: z.string().min(1).max(100) });

/** Other headers are none of our business. */
export const lastEventIdSchema = z.looseObject({
  "last-event-id": z.exactOptional(
    z
      .string()
      .regex(/^\d{1,15}$/, "must be the id of an event")
      .describe("The last event that the reader has."),
  ),
});

/* BOOKS AND BATCHES */

export const booksViewSchema = z
  .strictObject({
    books: z.array(
      z
        .strictObject({
          sellToken: address,
          buyToken: address,
          intents: z.int().describe("How many intents are open."),
          sellAmount: amount.describe("What they still offer together."),
          bestLimitPrice: z
            .string()
            .regex(/^\d+(\.\d+)?$/)
            .describe("The lowest limit: bought atoms per sold atom, for display."),
        })
        .meta({ id: "BookSummary" }),
    ),
  })
  .meta({ id: "BooksView" });

export const bookViewSchema = z
  .strictObject({ intents: z.array(intentViewSchema).describe("Lowest limit price first.") })
  .meta({ id: "BookView" });

const batchValue = z
  .strictObject({
    basis: z
      .enum(["reference", "equilibrium"])
      .describe(
        '"reference": 10^-18 of the keeper\'s reference token; "equilibrium": atoms times the equilibrium\'s prices.',
      ),
    surplus: amount.describe("What the fills gain beyond their limits."),
    bound: amount.describe("No batch of the same book was worth more."),
    gap: amount.describe("bound - surplus."),
    certified: z.boolean().describe("Whether the prices come from equilibria that hold a certificate."),
  })
  .meta({ id: "BatchValueView" });

export const batchViewSchema = z
  .strictObject({
    id: z.string(),
    status: z.enum(batchStatuses),
    transactionHash: hash.nullable(),
    blockNumber: z.int().nullable(),
    tokens: z.array(address),
    prices: z.array(amount).describe("One per token, on a common scale."),
    value: batchValue
      .nullable()
      .describe(
        "What the batch is worth to the signers; null for one that was made before values were kept.",
      ),
    gasUsed: z.int().nullable(),
    fills: z.array(z.strictObject({ ...intentFill.shape, intentHash: hash })),
    createdAt: instant,
  })
  .meta({ id: "BatchView" });

export const batchPageSchema = z
  .strictObject({ batches: z.array(batchViewSchema), nextCursor: z.string().nullable() })
  .meta({ id: "BatchPage" });

/* AUCTIONS AND WINDOWS */

export const auctionsViewSchema = z
  .strictObject({
    auctions: z.array(
      z
        .strictObject({
          chainId: z.int(),
          auction: address,
          tokens: z.array(address).describe("Strictly ascending."),
          minimums: z.array(amount).describe("One per token: the least that an order may sell or ask of it."),
          windowLength: z.int().describe("Seconds."),
          timeout: z.int().describe("Seconds after the lock within which a window has to be cleared."),
          permit2: address,
          currentWindow: z.int().describe("The window that takes orders now."),
        })
        .meta({ id: "AuctionView" }),
    ),
  })
  .meta({ id: "AuctionsView" });

export const windowViewSchema = z
  .strictObject({
    auction: address,
    window: z.int(),
    state: windowState,
    lock: z.int().describe("From this second on it takes no orders and can be cleared."),
    clearableUntil: z.int().describe("The last second in which it can be cleared."),
    orders: z.int().describe("How many have been placed, with those that are gone."),
    clearing: z
      .strictObject({
        clearer: address,
        transactionHash: hash.nullable(),
        results: z.array(
          z
            .strictObject({
              token: address,
              mantissa: amount,
              exponent: z
                .int()
                .describe("The price is mantissa * 2^exponent, on a scale of the window's own."),
              bonus: amount.describe("What was over, for each atom bought of this token, scaled by 2^96."),
            })
            .meta({ id: "TokenResultView" }),
        ),
      })
      .nullable()
      .describe("Null while it is not cleared."),
  })
  .meta({ id: "WindowView" });

export const windowPageSchema = z
  .strictObject({ windows: z.array(windowViewSchema), nextCursor: z.string().nullable() })
  .meta({ id: "WindowPage" });

export const listWindowsQuerySchema = z.strictObject({ auction: z.exactOptional(address), limit, cursor });
export const windowParamsSchema = z.strictObject({
  auction: address,
  window: z.coerce.number().int("must be a whole number").min(0, "must be at least 0"),
});

/* HEALTH AND ERRORS */

export const healthViewSchema = z
  .strictObject({
    status: z.enum(healthStatuses),
    chainId: z.int(),
    settlement: address,
    block: z.strictObject({ number: z.int(), timestamp: z.int(), ageSeconds: z.number() }).nullable(),
    node: z.strictObject({
      reachable: z.boolean(),
      latencyMs: z.number().nullable(),
      error: z.exactOptional(z.string()),
    }),
    openIntents: z.int(),
    pendingBatches: z.int(),
    version: z.string(),
  })
  .meta({ id: "HealthView" });

export const errorBodySchema = z
  .strictObject({ code: z.string(), message: z.string(), hint: z.string() })
  .meta({ id: "ErrorBody", description: "Body of every answer that is not 2xx." });
