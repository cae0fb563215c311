/** Takes what claims have set aside for this keeper as a clearer, where that is worth the gas. */
import { encodeCollect, windowAt, type Address, type AuctionError, type Hex } from "@walras/sdk";
import type { SimulatedCall } from "../domain.ts";
import { attemptCall, type AttemptDeps } from "./attempt.ts";
import { answerOf, viewOf, type ServedAuction } from "./auctionMarket.ts";
import { sift, type Sifted } from "./blame.ts";
import type { SealedDeps, SealedMoment } from "./SealedDeps.ts";

/** Sell-token atoms that wait for a clearer. */
export type SetAside = { token: Address; amount: bigint };

/** How often it is looked at what has come together, in blocks. */
const blocksBetween = 50;

/** What is collected is worth so many times the gas for it. */
const leastWorth = 10n;

/** What another token adds to the gas of a collection: its word, its event and its transfer. */
const gasOfToken = 45_000n;

/** What 10^18 atoms are worth is counted by so many atoms. */
const valueScale = 10n ** 18n;

/**
 * What an auction has set aside for a clearer, token by token, without those of which there is nothing.
 *
 * @throws KeeperError `NodeUnreachable`, `WrongAuction`
 */
export async function readSetAside(
  { auction, tokens }: Pick<ServedAuction, "auction" | "tokens">,
  clearer: Address,
  { chain, head }: Pick<SealedDeps, "chain"> & Pick<SealedMoment, "head">,
): Promise<SetAside[]> {
  const requests = tokens.map((token) => viewOf(auction, "feesOf", [clearer, token]));
  const answers = await chain.callMany(requests, head);
  return tokens.flatMap((token, index) => {
    const answer = answers[index];
    const [fees] = answer?.ok === true ? answerOf(auction, "feesOf", answer.data) : [0n];
    const amount = BigInt(String(fees));
    return amount === 0n ? [] : [{ token, amount }];
  });
}

/**
 * The call that collects what can be: a token that does not move is left out.
 *
 * @param to who gets the tokens
 * @throws KeeperError `NodeUnreachable`
 */
export async function draftCollect(
  fees: readonly SetAside[],
  to: Address,
  { auction, head }: Pick<SealedMoment, "auction" | "head">,
  deps: AttemptDeps,
): Promise<Sifted<SetAside, SimulatedCall>> {
  const window = windowAt(auction, head.timestamp);
  const attempt = (tried: SetAside[]) => {
    const calldata = encodeCollect(
      tried.map(({ token }) => token),
      to,
    );
    return attemptCall({ kind: "collect", to: auction.auction, window, intentHashes: [], calldata }, deps);
  };
  return sift(fees, attempt, culpritOf);
}

export type CollectorDeps = Pick<SealedDeps, "chain" | "account" | "logger" | "sitOut" | "tokenValues">;

/** Collects. Remembers when it last looked, for what is set aside grows slowly. */
export class Collector {
  readonly #deps: CollectorDeps;
  readonly #lookAt = new Map<Address, number>();

  constructor(deps: CollectorDeps) {
    this.#deps = deps;
  }

  /**
   * The call that takes fees, simulated on the latest block; null when there are none that are known to be worth it.
   *
   * @throws KeeperError `NodeUnreachable`
   */
  async draft(moment: SealedMoment): Promise<SimulatedCall | null> {
    const { chain, account, logger, sitOut, tokenValues } = this.#deps;
    const { auction, head, gasPrice } = moment;
    const { number } = head;
    if (tokenValues.size === 0 || number < (this.#lookAt.get(auction.auction) ?? 0)) return null;
    this.#lookAt.set(auction.auction, number + blocksBetween);

    const found = await readSetAside(auction, account.address, { chain, head });
    const worthOf = ({ token, amount }: SetAside) =>
      (amount * (tokenValues.get(token.toLowerCase()) ?? 0n)) / valueScale;
    const chosen = found.filter(
      (fees) =>
        worthOf(fees) >= leastWorth * gasOfToken * gasPrice &&
        sitOut.reason(sitOutKey(auction.auction, fees.token), number) === null,
    );
    const to = account.address;
    const { found: sifted, bad } = await draftCollect(chosen, to, moment, { chain, account, gasPrice });
    for (const { item, error } of bad) {
      const { name: code, message } = error;
      sitOut.strike(sitOutKey(auction.auction, item.token), number, { code, message });
      logger.warn(
        { step: "collect", auction: auction.auction, token: item.token, problem: message },
        "stuck",
      );
    }
    if (sifted === null) return null;
    const { items, accepted } = sifted;
    const worth = items.reduce((sum, fees) => sum + worthOf(fees), 0n);
    if (worth < leastWorth * accepted.gasLimit * gasPrice) return null;
    const fees = items.map(({ token, amount }) => `${amount} ${token}`);
    logger.info(
      { step: "collect", auction: auction.auction, fees, worth: worth.toString() },
      "worth its gas",
    );
    return accepted;
  }
}

function culpritOf({ args }: AuctionError, fees: readonly SetAside[]): number | null {
  const index = fees.findIndex(({ token }) => token === args["token"]);
  return index === -1 ? null : index;
}

/** Under what a token sits out: no intent's hash looks like this. */
function sitOutKey(auction: Address, token: Address): Hex {
  return `${auction}/${token}`;
}
