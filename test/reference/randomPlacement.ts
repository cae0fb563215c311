/** Random intents for an auction, signed: most of them fit, and of some it is known how they are refused. */
import {
  hashSealedIntent,
  parseAddress,
  parseHex,
  zeroAddress,
  type AuctionMarket,
  type Placement,
} from "@walras/sdk";
import type { AuctionTerms } from "./auction.ts";
import { auctionOwners, auctionTerms, stranger } from "./auctionSetting.ts";
import type { Random } from "./Random.ts";
import { accounts } from "./world.ts";

const { windowLength, minimum, tokenCount } = auctionTerms;
/** So many atoms of each token are worth about the same: they are of many magnitudes, and so are prices. */
const units = [1n, 3n << 38n, 10n ** 9n, 7n];

/** @param isBent whether the auction may have to refuse them */
export function randomTerms(random: Random, window: number, isBent: boolean): AuctionTerms {
  const { address: owner } = random.pick(isBent ? auctionOwners : accounts.owners);
  const isDue = !isBent || random.chance(90);
  // Most between two tokens, so that they meet.
  const sellToken = random.index(random.chance(60) ? 2 : tokenCount);
  const other = random.chance(60) ? 1 - sellToken : random.index(tokenCount);
  const buyToken =
    other >= 0 && other !== sellToken ? other : isBent ? sellToken : (sellToken + 1) % tokenCount;
  const isPaid = random.chance(50);
  const maxFee = isPaid ? minimum * (1n + random.below(1n << 40n)) : 0n;
  const [sellUnit = 1n, buyUnit = 1n] = [units[sellToken], units[buyToken]];
  const size = minimum * (1n + random.amount(10n ** 12n));
  const amount = isBent && random.chance(10) ? minimum - 1n : size * sellUnit;
  // Limits on a grid, so that some are equal; some far off, some a little beside.
  const percent = random.chance(10) ? 1n + random.below(10_000n) : 95n + random.below(9n);
  const exact = (size * buyUnit * percent) / 100n;
  const asked = random.chance(20) ? exact + (exact >> BigInt(12 + random.index(24))) : exact;
  const lastWindow = window + random.index(3);
  return {
    owner,
    receiver: random.chance(25) ? random.pick(auctionOwners).address : owner,
    ...{ sellToken, buyToken, sellAmount: amount + maxFee, maxFee },
    buyAmount: asked < minimum && !isBent ? minimum : asked,
    feePerWei: isPaid && !(isBent && random.chance(10)) ? 1n + random.amount(10n ** 18n) : 0n,
    validTo: (lastWindow + 1) * windowLength - (isDue ? 0 : 1 + random.index(windowLength)),
    // Some owner's nonces meet.
    nonce: isBent && random.chance(30) ? random.below(8n) : random.below(1n << 256n),
    isSigned: !isBent || random.chance(85),
  };
}

/** A placement of these terms, or of an intent that is none for an auction, and how that is refused. */
export function randomPlacement(
  market: AuctionMarket,
  random: Random,
  window: number,
  terms: AuctionTerms,
  isBent: boolean,
): { placement: Placement; refused: string | null } {
  const token = (index: number) => parseAddress(market.tokens[index], "token");
  const straight: Placement["intent"] = {
    ...{ sellToken: token(terms.sellToken), buyToken: token(terms.buyToken) },
    receiver: terms.receiver === terms.owner ? zeroAddress : parseAddress(terms.receiver, "receiver"),
    ...{ sellAmount: terms.sellAmount, buyAmount: terms.buyAmount, startBuyAmount: 0n },
    ...{ maxFee: terms.maxFee, feePerWei: terms.feePerWei, validFrom: 0, decayEnd: 0 },
    ...{ validTo: terms.validTo, nonce: terms.nonce, kind: "sell", partiallyFillable: true },
    ...{ settler: zeroAddress, condition: zeroAddress, conditionData: "0x" },
  };
  const lock = (window + 1) * windowLength;
  const elsewhere = parseAddress(stranger, "address");
  const [change, refused] = random.pick<[Partial<Placement["intent"]>, string | null]>(
    isBent && random.chance(30)
      ? [
          [{ kind: "buy" }, "NotASell"],
          [{ partiallyFillable: false }, "NotPartiallyFillable"],
          [{ startBuyAmount: terms.buyAmount + 1n, decayEnd: lock }, "DecayingLimit"],
          [{ condition: elsewhere }, "HasCondition"],
          [{ settler: elsewhere }, "WrongSettler"],
          [{ validFrom: lock + 1 }, "NotYetValid"],
          [{ sellToken: elsewhere }, "UnknownToken"],
        ]
      : [
          [{}, null],
          [{ settler: market.auction }, null],
          [{ validFrom: Math.min(lock, terms.validTo), decayEnd: lock }, null],
          [{ conditionData: "0x1234" }, null],
        ],
  );
  const intent = { ...straight, ...change };
  const owner = auctionOwners.find(({ address }) => address === terms.owner);
  if (owner === undefined) throw new RangeError(`${terms.owner} has no key.`);
  const { serialized, compactSerialized } = owner.key.sign(hashSealedIntent(intent, market));
  const signature = parseHex(random.chance(50) ? serialized : compactSerialized, "signature");
  const named = parseAddress(terms.owner, "owner");
  const vouched = random.pick<Partial<Placement> & Pick<Placement, "signature">>(
    terms.isSigned
      ? [
          { signature: { scheme: "ecdsa", signature } },
          { signature: { scheme: "ecdsa", signature }, owner: named },
        ]
      : [
          { signature: { scheme: "ecdsa", signature }, owner: elsewhere },
          { signature: { scheme: "ecdsa", signature: `${signature}000000` } },
          { signature: { scheme: "ecdsa", signature: `0x${"00".repeat(65)}` } },
          { signature: { scheme: "caller", owner: named } },
          { signature: { scheme: "eip1271", owner: named, signature } },
        ],
  );
  return { placement: { intent, ...vouched }, refused };
}
