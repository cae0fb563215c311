import type { Readable } from "node:stream";
import { verifyCancelSignature, type Hex } from "@walras/sdk";
import { z } from "zod";
import { admit } from "../../admit/admit.ts";
import { admitSealed, claimSealedIntent } from "../../admit/admitSealed.ts";
import { claimIntent } from "../../admit/claimIntent.ts";
import { refusalOfSdk } from "../../admit/refusals.ts";
import { isFinal, type IdentifiedIntent, type StoredIntent } from "../../domain.ts";
import { KeeperError } from "../../errors.ts";
import { eventStream } from "../eventStream.ts";
import { refusals } from "../openapi.ts";
import {
  cancelIntentBodySchema,
  intentPageSchema,
  intentParamsSchema,
  intentViewSchema,
  lastEventIdSchema,
  listIntentsQuerySchema,
  postIntentBodySchema,
} from "../schemas.ts";
import { addressOf, hashOf, pageSize } from "./parameters.ts";
import type { RouteDeps, ZodApp } from "./RouteDeps.ts";

const tags = ["intents"];

/** Sent as it comes, so only its type on the wire is told. */
const textStream = z.custom<Readable>().meta({ type: "string" });

/**
 * An intent hash does not name the owner, so somebody else's signature over the same intent has the same hash.
 *
 * @throws KeeperError `WrongOwner`
 */
function checkSameOwner(stored: StoredIntent, { intentHash, owner }: IdentifiedIntent): void {
  if (stored.owner === owner) return;
  throw new KeeperError("WrongOwner", { intentHash, owner: stored.owner, signer: owner });
}

export function intentRoutes(app: ZodApp, deps: RouteDeps): void {
  const { store, chain, keeper, domain, admitDeps, clock, view } = deps;

  async function findIntent(intentHash: Hex): Promise<StoredIntent> {
    const stored = await store.getIntent(intentHash);
    if (stored === null) throw new KeeperError("NotFound", { what: "intent", id: intentHash });
    return stored;
  }

  app.post(
    "/v1/intents",
    {
      schema: {
        tags,
        operationId: "postIntent",
        summary: "Hand in a signed intent",
        description:
          "It is on disk before it is acknowledged. A second post of the same intent stores nothing and gives the same answer, with status 200.",
        body: postIntentBodySchema,
        response: {
          200: intentViewSchema.describe("It was here already."),
          201: intentViewSchema.describe("It is kept now."),
          ...refusals(
            "MalformedJson",
            "BodyTooLarge",
            "UnsupportedMediaType",
            "WrongChain",
            "UnknownToken",
            "InvalidAmount",
            "SameToken",
            "InvalidIntent",
            "Expired",
            "InsufficientValidTo",
            "ExcessiveValidTo",
            "WrongSettler",
            "InvalidSignature",
            "WrongOwner",
            "NonceSpent",
            "AlreadyFilled",
            "InsufficientBalance",
            "InsufficientAllowance",
            "UnknownAuction",
            "NotSealable",
            "NoWindow",
            "FeeTooLow",
            "NodeUnreachable",
          ),
        },
      },
    },
    async (request, reply) => {
      const isSealed = request.body.lane === "sealed";
      const claimed = isSealed
        ? claimSealedIntent(request.body, deps.admitSealedDeps)
        : claimIntent(request.body, domain);
      const known = await store.getIntent(claimed.intentHash);
      if (known !== null) {
        checkSameOwner(known, claimed);
        return view(known);
      }

      const admitted = await ("market" in claimed
        ? admitSealed(claimed, deps.admitSealedDeps)
        : admit(claimed, admitDeps));
      const { created, intent } = await store.addIntent(admitted, clock());
      checkSameOwner(intent, claimed);
      if (!created) return view(intent);
      request.log.info({ intentHash: intent.intentHash, owner: intent.owner }, "intent admitted");
      keeper.intentArrived();
      return reply.code(201).send(await view(intent));
    },
  );

  app.get(
    "/v1/intents",
    {
      schema: {
        tags,
        operationId: "listIntents",
        summary: "The intents of an owner, newest first",
        querystring: listIntentsQuerySchema,
        response: { 200: intentPageSchema, ...refusals("InvalidCursor") },
      },
    },
    async ({ query }) => {
      const owner = addressOf(query.owner, "owner");
      const page = await store.listIntents({ ...query, owner, limit: pageSize(query.limit) });
      return { intents: await Promise.all(page.items.map(view)), nextCursor: page.nextCursor };
    },
  );

  app.get(
    "/v1/intents/:intentHash",
    {
      schema: {
        tags,
        operationId: "getIntent",
        summary: "One intent with its status, its reason and its fills",
        params: intentParamsSchema,
        response: { 200: intentViewSchema, ...refusals("NotFound") },
      },
    },
    async ({ params }) => view(await findIntent(hashOf(params.intentHash))),
  );

  app.post(
    "/v1/intents/:intentHash/cancel",
    {
      schema: {
        tags,
        operationId: "cancelIntent",
        summary: "Take an intent back",
        description:
          "Binds this keeper only: whoever has the signed intent can still settle it, until its nonce is cancelled on chain.",
        params: intentParamsSchema,
        body: cancelIntentBodySchema,
        response: {
          200: intentViewSchema,
          ...refusals(
            "NotFound",
            "MalformedJson",
            "BodyTooLarge",
            "UnsupportedMediaType",
            "InvalidSignature",
            "NotCancellable",
            "NodeUnreachable",
          ),
        },
      },
    },
    async ({ params, body, log }) => {
      const { intentHash, owner, signed, auction } = await findIntent(hashOf(params.intentHash));
      const { scheme } = signed.signature;
      const isContract = scheme === "permit2" ? (await chain.code(owner)) !== "0x" : scheme !== "ecdsa";
      const signedFor = auction === null ? domain : { ...domain, verifyingContract: auction };
      const call = async (request: { to: Hex; data: Hex }) => {
        const outcome = await chain.call(request);
        return outcome.ok ? outcome.data : "0x";
      };
      try {
        const cancel = { intentHash, owner, signature: body.signature };
        await verifyCancelSignature(cancel, signedFor, isContract ? { call } : {});
      } catch (error) {
        throw refusalOfSdk(error, signedFor);
      }
      const cancelled = await keeper.cancelIntent(intentHash);
      log.info({ intentHash, owner }, "intent cancelled");
      return view(cancelled);
    },
  );

  app.get(
    "/v1/intents/:intentHash/events",
    {
      // A HEAD of a stream would never end.
      exposeHeadRoute: false,
      schema: {
        tags,
        operationId: "watchIntent",
        summary: "Follow an intent by server-sent events",
        description:
          "Sends every event of the intent from its first, or from after Last-Event-ID, and then each new one: `event: status` " +
          "with an IntentEvent as data. Ends when the intent is filled, cancelled or expired; asked again after that " +
          "with the last id, it answers 204, on which an EventSource stops.",
        params: intentParamsSchema,
        headers: lastEventIdSchema,
        response: {
          200: { description: "Events.", content: { "text/event-stream": { schema: textStream } } },
          204: z.undefined().describe("The intent is over and the last event was sent."),
          ...refusals("NotFound"),
        },
      },
    },
    async (request, reply) => {
      const intent = await findIntent(hashOf(request.params.intentHash));
      const afterId = Number(request.headers["last-event-id"] ?? 0);
      if (isFinal(intent.status) && (await store.listEvents(intent.intentHash, afterId)).length === 0) {
        return reply.code(204).send();
      }
      const stream = eventStream(deps, intent.intentHash, afterId);
      app.openStreams.add(stream);
      stream.once("close", () => app.openStreams.delete(stream));
      return reply
        .header("content-type", "text/event-stream; charset=utf-8")
        .header("x-accel-buffering", "no")
        .send(stream);
    },
  );
}
