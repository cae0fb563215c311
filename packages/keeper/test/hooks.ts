/** What many test files do before their tests and after them. */
import { startAuction, type AuctionWorld } from "./auctionWorld.ts";
import { startApp, startMarket, type Market, type TestApp } from "./testApp.ts";
import { startWorld, type World } from "./world.ts";

/** A world for the tests of a describe block, given to `take`, which may add to it; closed after them. */
export function withWorld(take: (world: World) => void | Promise<void>): void {
  let world: World;
  before(async () => {
    world = await startWorld();
    await take(world);
  });
  after(() => world.close());
}

/** A market and the HTTP app over it for the tests of a describe block; closed after them. */
export function withApp(take: (market: Market, app: TestApp) => void): void {
  let market: Market;
  let app: TestApp;
  before(async () => {
    market = await startMarket();
    app = await startApp(market);
    take(market, app);
  });
  after(async () => {
    await app.close();
    await market.local.close();
  });
}

/** A world with an auction, at which the world begins. */
export function withAuction(take: (world: World, lane: AuctionWorld) => void): void {
  withWorld(async (world) => {
    take(world, await startAuction(world));
    await world.keep();
  });
}
