import type { AuctionMarket, PlaceableSignature, SealedIntent } from "../auction/Auction.ts";
import type { Address, Hex } from "../hex.ts";
import type { SignedIntent } from "../intent/Intent.ts";
import { serializeSealedIntent, serializeSignedIntent } from "../intent/signedIntentJson.ts";
import { KeeperHttp, type CallOptions, type HttpQuery, type KeeperHttpOptions } from "./http.ts";
import { KeeperApiError } from "./KeeperApiError.ts";
import type {
  AuctionsView,
  BatchPage,
  BatchView,
  BooksView,
  BookView,
  HealthView,
  IntentEvent,
  IntentPage,
  IntentView,
  ListBatchesQuery,
  ListIntentsQuery,
  ListWindowsQuery,
  PostIntentBody,
  WindowPage,
  WindowView,
} from "./types.ts";
import { waitForIntent, watchIntent, type WaitOptions, type WatchOptions } from "./watchIntent.ts";

/**
 * A keeper's API. Amounts in the answers are decimal strings of atoms, as on the wire: `BigInt(view.sold)`,
 * `parseIntent(view.intent)`. Every call throws {@link KeeperApiError} and nothing else, unless noted.
 */
export type KeeperClient = {
  /**
   * Hands in a signed intent. Posting it again is safe and answers the same.
   *
   * @param options.chainId the chain that the intent is meant for, which the keeper then checks
   */
  postIntent(signed: SignedIntent, options?: CallOptions & { chainId?: number }): Promise<IntentView>;
  /**
   * Hands in an intent of the sealed lane, for the keeper to place, clear, roll and claim. Posting it again is safe.
   *
   * @param market the auction that it is signed for
   */
  postSealedIntent(
    sealed: SealedIntent<PlaceableSignature>,
    market: Pick<AuctionMarket, "chainId" | "auction">,
    options?: CallOptions,
  ): Promise<IntentView>;
  getIntent(intentHash: Hex, options?: CallOptions): Promise<IntentView>;
  /** Takes an intent back at the keeper; `signature` is what {@link signCancel} gives. */
  cancelIntent(intentHash: Hex, signature: Hex, options?: CallOptions): Promise<IntentView>;
  /** The intents of an owner, newest first, by pages. */
  listIntents(
    owner: Address,
    query?: Omit<ListIntentsQuery, "owner">,
    options?: CallOptions,
  ): Promise<IntentPage>;
  /** The events of an intent, as they happen; see {@link watchIntent}. */
  watchIntent(intentHash: Hex, options?: WatchOptions): AsyncGenerator<IntentEvent, void, undefined>;
  /** Waits for a status. Also throws SdkError `WaitTimeout` and `IntentEnded`. */
  waitForIntent(intentHash: Hex, options?: WaitOptions): Promise<IntentEvent>;
  /** Which pairs have open intents. */
  getBooks(options?: CallOptions): Promise<BooksView>;
  /** The open intents of one direction of a pair, lowest limit price first. */
  getBook(sellToken: Address, buyToken: Address, options?: CallOptions): Promise<BookView>;
  /** Batches, newest first, by pages. */
  listBatches(query?: ListBatchesQuery, options?: CallOptions): Promise<BatchPage>;
  getBatch(id: string, options?: CallOptions): Promise<BatchView>;
  /** The auctions that the keeper serves. */
  listAuctions(options?: CallOptions): Promise<AuctionsView>;
  /** Windows that somebody has entered, newest first, by pages. */
  listWindows(query?: ListWindowsQuery, options?: CallOptions): Promise<WindowPage>;
  getWindow(auction: Address, window: number, options?: CallOptions): Promise<WindowView>;
  /** Answers also when the keeper is down in part; then `status` says so. */
  health(options?: CallOptions): Promise<HealthView>;
};

/**
 * Reads an answer by the fields that mark its kind. The keeper's own tests hold the rest of it to these types; this is to
 * notice a proxy's page, or a keeper of another version.
 */
function expectFields<View>(value: unknown, fields: readonly (keyof View & string)[]): View {
  const isView = (candidate: unknown): candidate is View =>
    typeof candidate === "object" && candidate !== null && fields.every((field) => field in candidate);
  if (isView(value)) return value;
  const message = `The keeper's answer lacks one of the fields ${fields.join(", ")}.`;
  const hint = "Is it a keeper that listens at that URL, and of this version?";
  throw new KeeperApiError({ code: "KeeperBadAnswer", message, hint }, { status: 200, retryable: false });
}

/**
 * A client of one keeper.
 *
 * @example
 * const keeper = createKeeperClient({ url: "http://127.0.0.1:8080" });
 * const { intentHash } = await keeper.postIntent(await signIntent(intent, domain, wallet));
 * const event = await keeper.waitForIntent(intentHash, { until: "filled" });
 *
 * @throws TypeError when `url` is no URL
 */
export function createKeeperClient(options: KeeperHttpOptions): KeeperClient {
  const http = new KeeperHttp(options);
  const get = (path: string, callOptions?: CallOptions, query: HttpQuery = {}) =>
    http.json({ method: "GET", path, query }, callOptions);
  const post = (path: string, body: unknown, callOptions?: CallOptions) =>
    http.json({ method: "POST", path, body }, callOptions);
  const segment = encodeURIComponent;
  const asIntent = (value: unknown) => expectFields<IntentView>(value, ["intentHash", "status", "intent"]);

  return {
    async postIntent(signed, { chainId, ...callOptions } = {}) {
      const body: PostIntentBody = {
        ...serializeSignedIntent(signed),
        ...(chainId === undefined ? {} : { chainId }),
      };
      return asIntent(await post("/v1/intents", body, callOptions));
    },
    async postSealedIntent(sealed, { chainId, auction }, callOptions) {
      const lane = "sealed";
      const body: PostIntentBody = { ...serializeSealedIntent(sealed), chainId, lane, auction };
      return asIntent(await post("/v1/intents", body, callOptions));
    },
    async getIntent(intentHash, callOptions) {
      return asIntent(await get(`/v1/intents/${segment(intentHash)}`, callOptions));
    },
    async cancelIntent(intentHash, signature, callOptions) {
      return asIntent(await post(`/v1/intents/${segment(intentHash)}/cancel`, { signature }, callOptions));
    },
    async listIntents(owner, query = {}, callOptions) {
      const page = await get("/v1/intents", callOptions, { owner, ...query });
      return expectFields<IntentPage>(page, ["intents", "nextCursor"]);
    },
    watchIntent: (intentHash, watchOptions) => watchIntent(http, intentHash, watchOptions),
    waitForIntent: (intentHash, waitOptions) => waitForIntent(http, intentHash, waitOptions),
    async getBooks(callOptions) {
      return expectFields<BooksView>(await get("/v1/books", callOptions), ["books"]);
    },
    async getBook(sellToken, buyToken, callOptions) {
      const path = `/v1/books/${segment(sellToken)}/${segment(buyToken)}`;
      return expectFields<BookView>(await get(path, callOptions), ["intents"]);
    },
    async listBatches(query = {}, callOptions) {
      return expectFields<BatchPage>(await get("/v1/batches", callOptions, query), ["batches", "nextCursor"]);
    },
    async getBatch(id, callOptions) {
      return expectFields<BatchView>(await get(`/v1/batches/${segment(id)}`, callOptions), ["id", "fills"]);
    },
    async listAuctions(callOptions) {
      return expectFields<AuctionsView>(await get("/v1/auctions", callOptions), ["auctions"]);
    },
    async listWindows(query = {}, callOptions) {
      const page = await get("/v1/windows", callOptions, query);
      return expectFields<WindowPage>(page, ["windows", "nextCursor"]);
    },
    async getWindow(auction, window, callOptions) {
      const path = `/v1/windows/${segment(auction)}/${window.toString()}`;
      return expectFields<WindowView>(await get(path, callOptions), ["window", "state"]);
    },
    async health(callOptions) {
      const call = { method: "GET", path: "/v1/health", alsoOk: [503] } as const;
      return expectFields<HealthView>(await http.json(call, callOptions), ["status", "chainId"]);
    },
  };
}
