import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { IntentDomain, IntentView } from "@walras/sdk";
import type { AdmitDeps } from "../../admit/admit.ts";
import type { AdmitSealedDeps } from "../../admit/admitSealed.ts";
import type { StoredIntent } from "../../domain.ts";
import type { AppDeps } from "../AppDeps.ts";

/** The app with routes whose types come from their zod schemas. */
export type ZodApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What the routes share, made once per app. */
export type RouteDeps = Required<AppDeps> & {
  domain: IntentDomain;
  admitDeps: AdmitDeps;
  admitSealedDeps: AdmitSealedDeps;
  /** The intent as the wire shows it, with its fills. */
  view: (intent: StoredIntent) => Promise<IntentView>;
};
