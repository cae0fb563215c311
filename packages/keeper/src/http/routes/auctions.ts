import { windowAt } from "@walras/sdk";
import { KeeperError } from "../../errors.ts";
import type { ServedAuction } from "../../sealed/auctionMarket.ts";
import { refusals } from "../openapi.ts";
import {
  auctionsViewSchema,
  listWindowsQuerySchema,
  windowPageSchema,
  windowParamsSchema,
  windowViewSchema,
} from "../schemas.ts";
import { auctionView, windowView } from "../sealedViews.ts";
import { addressOf, pageSize } from "./parameters.ts";
import type { RouteDeps, ZodApp } from "./RouteDeps.ts";

const tags = ["auctions"];

export function auctionRoutes(app: ZodApp, { store, clock, keeper, auctions }: RouteDeps): void {
  /** Windows follow the time of blocks. */
  const now = () => keeper.blockTime() ?? Math.floor(clock() / 1000);

  const marketOf = (text: string): ServedAuction => {
    const auction = addressOf(text, "auction");
    const market = auctions().find((served) => served.auction === auction);
    if (market === undefined) throw new KeeperError("UnknownAuction", { auction });
    return market;
  };

  app.get(
    "/v1/auctions",
    {
      schema: {
        tags,
        operationId: "listAuctions",
        summary: "The auctions that the keeper serves",
        response: { 200: auctionsViewSchema, ...refusals() },
      },
    },
    () => ({ auctions: auctions().map((market) => auctionView(market, now())) }),
  );

  app.get(
    "/v1/windows",
    {
      schema: {
        tags,
        operationId: "listWindows",
        summary: "Windows with orders, newest first",
        querystring: listWindowsQuerySchema,
        response: { 200: windowPageSchema, ...refusals("InvalidCursor", "UnknownAuction") },
      },
    },
    async ({ query }) => {
      const { auction, cursor } = query;
      const page = await store.listWindows({
        limit: pageSize(query.limit),
        ...(auction === undefined ? {} : { auction: marketOf(auction).auction }),
        ...(cursor === undefined ? {} : { cursor }),
      });
      const windows = page.items.flatMap((window) => {
        const market = auctions().find((served) => served.auction === window.auction);
        return market === undefined ? [] : [windowView(window, market, now())];
      });
      return { windows, nextCursor: page.nextCursor };
    },
  );

  app.get(
    "/v1/windows/:auction/:window",
    {
      schema: {
        tags,
        operationId: "getWindow",
        summary: "One window: where it stands, and the prices at which it was cleared",
        params: windowParamsSchema,
        response: { 200: windowViewSchema, ...refusals("NotFound", "UnknownAuction") },
      },
    },
    async ({ params }) => {
      const market = marketOf(params.auction);
      const { window } = params;
      const found = await store.getWindow(market.auction, window);
      if (found !== null) return windowView(found, market, now());
      // The one that is open now may have no orders yet; any other without orders is none.
      if (window !== windowAt(market, now()))
        throw new KeeperError("NotFound", { what: "window", id: window });
      const empty = { auction: market.auction, window, orders: 0, open: 0, clearing: null };
      return windowView(empty, market, now());
    },
  );
}
