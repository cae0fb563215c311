import { z } from "zod";
import { version } from "../../version.ts";
import { finishDocument, refusals } from "../openapi.ts";
import { healthViewSchema } from "../schemas.ts";
import type { RouteDeps, ZodApp } from "./RouteDeps.ts";

const tags = ["keeper"];

export function keeperRoutes(app: ZodApp, { keeper, domain }: RouteDeps): void {
  // The document never changes after the start, and takes some milliseconds to make.
  let document: Record<string, unknown> | undefined;

  app.get(
    "/v1/health",
    {
      // Whoever watches the keeper must not be told that it is down because they watch it too closely.
      config: { rateLimit: false },
      schema: {
        tags,
        operationId: "health",
        summary: "How the keeper is",
        description:
          "200 when it is ok or degraded (it keeps what it has and takes what it can), 503 when it is down.",
        response: {
          ...refusals(),
          200: healthViewSchema,
          503: healthViewSchema.describe("The keeper is down."),
        },
      },
    },
    async (_request, reply) => {
      const state = await keeper.health();
      const settlement = domain.verifyingContract;
      return reply
        .code(state.status === "down" ? 503 : 200)
        .send({ ...state, chainId: domain.chainId, settlement, version });
    },
  );

  app.get(
    "/v1/metrics",
    {
      schema: {
        tags,
        operationId: "metrics",
        summary: "What the keeper has done since it was started, for Prometheus",
        response: {
          200: { description: "Metrics.", content: { "text/plain": { schema: z.string() } } },
          ...refusals(),
        },
      },
    },
    async (_request, reply) => {
      const { metrics } = keeper;
      return reply.type(metrics.contentType).send(await metrics.text());
    },
  );

  app.get(
    "/v1/openapi.json",
    {
      schema: {
        tags,
        operationId: "openapi",
        summary: "This document",
        response: { 200: z.record(z.string(), z.unknown()), ...refusals() },
      },
    },
    () => (document ??= finishDocument(app.swagger())),
  );
}
