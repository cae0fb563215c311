/** A store on disk of its own for every test. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KeeperError } from "../src/errors.ts";
import { openSqliteStore } from "../src/store/sqliteStore.ts";
import type { Store } from "../src/store/Store.ts";
import { identity } from "./samples.ts";

export type StoreFile = {
  readonly folder: string;
  readonly path: string;
  store: Store;
  /** As after a restart. */
  reopen(): Promise<void>;
};

/** Opened before every test of a describe block, and deleted after it. */
export function withStoreFile(take: (file: StoreFile) => void): void {
  let file: StoreFile;
  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), "walras-store-"));
    const path = join(folder, "keeper.db");
    file = {
      folder,
      path,
      store: await openSqliteStore(path, identity),
      async reopen() {
        await this.store.close();
        this.store = await openSqliteStore(path, identity);
      },
    };
    take(file);
  });
  afterEach(async () => {
    await file.store.close();
    await rm(file.folder, { recursive: true, force: true });
  });
}

/** The code of the error that it fails with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return "no error";
  } catch (error) {
    return error instanceof KeeperError ? error.code : String(error);
  }
}
