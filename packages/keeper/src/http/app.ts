import { randomUUID } from "node:crypto";
import { BlockList, type Socket } from "node:net";
import type { Readable } from "node:stream";
import cors from "@fastify/cors";
import rateLimit from "@fastify/rate-limit";
import swagger from "@fastify/swagger";
import { parseAddress } from "@walras/sdk";
import { computeAddress } from "ethers";
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
} from "fastify";
import { serializerCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import type { z } from "zod";
import { KnownTokens } from "../admit/chainFacts.ts";
import { refusalOfIssues } from "../admit/refusals.ts";
import { DataFees } from "../chain/dataFees.ts";
import type { Config } from "../config.ts";
import { KeeperError } from "../errors.ts";
import type { AppDeps } from "./AppDeps.ts";
import { answerError } from "./errors.ts";
import { swaggerOptions } from "./openapi.ts";
import { auctionRoutes } from "./routes/auctions.ts";
import { intentRoutes } from "./routes/intents.ts";
import { keeperRoutes } from "./routes/keeper.ts";
import { marketRoutes } from "./routes/market.ts";
import type { RouteDeps, ZodApp } from "./routes/RouteDeps.ts";
import { ordersWithState, sealedIntentView } from "./sealedViews.ts";
import { intentView } from "./views.ts";

declare module "fastify" {
  interface FastifyInstance {
    /** Event streams that are being read, to be ended before the server closes. */
    openStreams: Set<Readable>;
  }
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** The caller's own id for the call, if it is fit for a log, else a new one. */
function requestId({ headers }: { headers: Record<string, string | string[] | undefined> }): string {
  const given = headers["x-request-id"];
  return typeof given === "string" && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
}

function routeDeps({ clock = Date.now, ...deps }: AppDeps): RouteDeps {
  const { config, chain, store, auctions, keeper } = deps;
  const { atOwnCost } = config.auctions;
  const domain = { chainId: config.chain.chainId, verifyingContract: config.settlement };
  return {
    ...deps,
    clock,
    domain,
    admitDeps: {
      chain,
      domain,
      keeperAddress: parseAddress(computeAddress(config.keeper.privateKey)),
      limits: config.limits,
      knownTokens: new KnownTokens(),
      clock,
    },
    admitSealedDeps: { chain, auctions, atOwnCost, dataFees: new DataFees(chain), limits: config.limits },
    async view(intent) {
      if (intent.auction !== null) {
        const market = auctions().find(({ auction }) => auction === intent.auction);
        const time = keeper.blockTime() ?? Math.floor(clock() / 1000);
        return sealedIntentView(intent, await ordersWithState(intent.intentHash, { store, market, time }));
      }
      // An intent that nothing was filled of is in no batch that came to anything, unless it is in one now.
      const mayHaveFills = intent.filledAmount > 0n || intent.status === "executing";
      return intentView(intent, mayHaveFills ? await store.listBatchesOfIntent(intent.intentHash) : []);
    },
  };
}

function addPlugins(app: FastifyInstance, { http }: Config): void {
  void app.register(cors, {
    origin: http.cors.includes("*") ? "*" : http.cors,
    methods: ["GET", "HEAD", "POST"],
    exposedHeaders: ["x-request-id", "retry-after"],
  });
  if (http.rateLimit.max > 0) {
    void app.register(rateLimit, {
      max: http.rateLimit.max,
      timeWindow: http.rateLimit.windowSeconds * 1000,
      // Who is on this machine may do worse than call often.
      allowList: ({ ip }) => loopback.check(ip, ip.includes(":") ? "ipv6" : "ipv4"),
      errorResponseBuilder: () => new KeeperError("TooManyRequests"),
    });
  }
  void app.register(swagger, swaggerOptions);
}

/** Answers 405 in place of 404 where the path is right and the method wrong. */
function refuseOtherMethods(app: ZodApp, paths: Map<string, Set<string>>): void {
  for (const [path, known] of paths) {
    const allowed = [...known].join(", ");
    app.route({
      method: methods.filter((method) => !known.has(method)),
      url: path,
      schema: { hide: true },
      // Before the body is read: whatever it is, it is not wanted.
      onRequest: (request, reply) => {
        void reply.header("allow", allowed);
        throw new KeeperError("MethodNotAllowed", { method: request.method, path: pathOf(request), allowed });
      },
      handler: () => undefined,
    });
  }
}

/** How long a call under way may take once the server closes. */
const graceMs = 5_000;

/**
 * Ends what would keep the server from closing: event streams, which may be open for hours, connections that become idle
 * only after the server began to close, and connections that were opened ahead of a first call, which Node does not take
 * for idle.
 */
function closeInTime(app: FastifyInstance): void {
  app.decorate("openStreams", new Set<Readable>());
  const sockets = new Set<Socket>();
  app.server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  let sweep: NodeJS.Timeout | undefined;
  app.addHook("preClose", (done) => {
    for (const stream of app.openStreams) stream.destroy();
    const deadline = performance.now() + graceMs;
    sweep = setInterval(() => {
      if (performance.now() > deadline) app.server.closeAllConnections();
      app.server.closeIdleConnections();
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    }, 50);
    done();
  });
  app.addHook("onClose", (_app, done) => {
    clearInterval(sweep);
    done();
  });
}

/** JSON as Fastify reads it, except that the error says what is wrong with it; no other type is read. */
function acceptJsonOnly(app: ZodApp): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) => {
    try {
      done(null, JSON.parse(body.toString()));
    } catch (cause) {
      const detail = body.length === 0 ? "it is empty" : cause instanceof Error ? cause.message : "";
      done(new KeeperError("MalformedJson", { detail }, { cause }));
    }
  });
}

function pathOf({ url }: FastifyRequest): string {
  return url.split("?", 1)[0] ?? url;
}

/**
 * The HTTP side of the keeper. It listens to nothing yet: call `listen`, or in tests `inject`.
 *
 * Every call and its answers are in GET /v1/openapi.json, with examples in docs/API.md.
 */
export function buildApp(deps: AppDeps): FastifyInstance {
  const { config } = deps;
  const loggerInstance: FastifyBaseLogger = deps.logger;
  const app = Fastify({
    loggerInstance,
    bodyLimit: config.http.bodyLimit,
    trustProxy: config.http.trustProxy,
    genReqId: requestId,
    logController: new LogController({ requestIdLogLabel: "requestId", disableRequestLogging: true }),
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply),
  }).withTypeProvider<ZodTypeProvider>();

  app.setValidatorCompiler<z.ZodType>(({ schema, httpPart }) => (data) => {
    const result = schema.safeParse(data);
    return result.success
      ? { value: result.data }
      : { error: refusalOfIssues(result.error.issues, httpPart) };
  });
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(answerError);
  acceptJsonOnly(app);

  app.addHook("onRequest", (request, reply, done) => {
    void reply.header("x-request-id", request.id).header("cache-control", "no-store");
    done();
  });

  app.addHook("onResponse", (request, reply, done) => {
    const line = {
      method: request.method,
      path: pathOf(request),
      status: reply.statusCode,
      ms: reply.elapsedTime,
    };
    // Reads are many and change nothing.
    request.log[request.method === "POST" ? "info" : "debug"](line, "call answered");
    done();
  });

  closeInTime(app);

  addPlugins(app, config);
  void app.register((scope: ZodApp, _options, done) => {
    const paths = new Map<string, Set<string>>();
    scope.addHook("onRoute", ({ url, method }) => {
      const known = paths.get(url) ?? new Set();
      paths.set(url, known);
      for (const name of [method].flat()) known.add(name);
    });
    const routes = routeDeps(deps);
    intentRoutes(scope, routes);
    marketRoutes(scope, routes);
    auctionRoutes(scope, routes);
    keeperRoutes(scope, routes);
    refuseOtherMethods(scope, new Map(paths));
    done();
  });

  app.after(() => {
    const limited = config.http.rateLimit.max > 0 ? { preHandler: app.rateLimit() } : {};
    app.setNotFoundHandler(limited, (request) => {
      throw new KeeperError("UnknownRoute", { method: request.method, path: pathOf(request) });
    });
  });
  return app;
}
