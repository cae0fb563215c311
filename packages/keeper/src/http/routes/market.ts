import { KeeperError } from "../../errors.ts";
import { refusals } from "../openapi.ts";
import {
  batchPageSchema,
  batchParamsSchema,
  batchViewSchema,
  bookParamsSchema,
  booksViewSchema,
  bookViewSchema,
  listBatchesQuerySchema,
} from "../schemas.ts";
import { batchView, bookSummaries, byLimitPrice, isOpen } from "../views.ts";
import { addressOf, pageSize } from "./parameters.ts";
import type { RouteDeps, ZodApp } from "./RouteDeps.ts";

const tags = ["market"];

/** Deeper in a book than anybody looks, and a bound on the size of the answer. */
const maxBookIntents = 500;

export function marketRoutes(app: ZodApp, { store, clock, view }: RouteDeps): void {
  const now = () => Math.floor(clock() / 1000);

  app.get(
    "/v1/books",
    {
      schema: {
        tags,
        operationId: "getBooks",
        summary: "The directions in which open intents offer something",
        response: { 200: booksViewSchema, ...refusals() },
      },
    },
    async () => ({ books: bookSummaries(await store.listLiveIntents(), now()) }),
  );

  app.get(
    "/v1/books/:sellToken/:buyToken",
    {
      schema: {
        tags,
        operationId: "getBook",
        summary: "The open intents of one direction, lowest limit price first",
        description: `The best ${maxBookIntents} of them.`,
        params: bookParamsSchema,
        response: { 200: bookViewSchema, ...refusals() },
      },
    },
    async ({ params }) => {
      const sellToken = addressOf(params.sellToken, "sellToken");
      const buyToken = addressOf(params.buyToken, "buyToken");
      const intents = (await store.listLiveIntents())
        .filter(isOpen)
        .filter(({ signed: { intent } }) => intent.sellToken === sellToken && intent.buyToken === buyToken)
        .sort(byLimitPrice(now()))
        .slice(0, maxBookIntents);
      return { intents: await Promise.all(intents.map(view)) };
    },
  );

  app.get(
    "/v1/batches",
    {
      schema: {
        tags,
        operationId: "listBatches",
        summary: "Batches, newest first",
        querystring: listBatchesQuerySchema,
        response: { 200: batchPageSchema, ...refusals("InvalidCursor") },
      },
    },
    async ({ query }) => {
      const page = await store.listBatches({ ...query, limit: pageSize(query.limit) });
      return { batches: page.items.map(batchView), nextCursor: page.nextCursor };
    },
  );

  app.get(
    "/v1/batches/:id",
    {
      schema: {
        tags,
        operationId: "getBatch",
        summary: "One batch with its clearing prices and its fills",
        params: batchParamsSchema,
        response: { 200: batchViewSchema, ...refusals("NotFound") },
      },
    },
    async ({ params }) => {
      const batch = await store.getBatch(params.id);
      if (batch === null) throw new KeeperError("NotFound", { what: "batch", id: params.id });
      return batchView(batch);
    },
  );
}
