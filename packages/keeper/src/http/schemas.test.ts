import type {
  AuctionsView,
  BatchPage,
  BatchView,
  BooksView,
  BookView,
  CancelIntentBody,
  HealthView,
  IntentEvent,
  IntentPage,
  IntentView,
  KeeperErrorBody,
  ListBatchesQuery,
  ListIntentsQuery,
  ListWindowsQuery,
  PlaceableSignature,
  PostIntentBody,
  SerializedIntent,
  WindowPage,
  WindowView,
} from "@walras/sdk";
import type { z } from "zod";
import type * as schemas from "./schemas.ts";

/** An intersection of objects as one object, at every depth, since the two are the same on the wire. */
type Plain<T> = T extends (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? { [K in keyof T]: Plain<T[K]> }
    : T;

/** True only for one and the same type: optional keys, unions and nulls included. */
type Same<A, B> =
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- T makes the compiler compare by identity
  (<T>() => T extends Plain<A> ? 1 : 2) extends <T>() => T extends Plain<B> ? 1 : 2 ? true : false;

type Wire<Name extends keyof typeof schemas> = (typeof schemas)[Name] extends z.ZodType
  ? z.output<(typeof schemas)[Name]>
  : never;

/** The compiler is the test: each line is `true` only if the schema's type is the SDK's wire type. */
type Checks = [
  Same<Wire<"intentSchema">, SerializedIntent>,
  Same<Wire<"signatureSchema">, PlaceableSignature>,
  Same<Wire<"postIntentBodySchema">, PostIntentBody>,
  Same<Wire<"cancelIntentBodySchema">, CancelIntentBody>,
  Same<Wire<"listIntentsQuerySchema">, ListIntentsQuery>,
  Same<Wire<"listBatchesQuerySchema">, ListBatchesQuery>,
  Same<Wire<"intentViewSchema">, IntentView>,
  Same<Wire<"intentPageSchema">, IntentPage>,
  Same<Wire<"intentEventSchema">, IntentEvent>,
  Same<Wire<"booksViewSchema">, BooksView>,
  Same<Wire<"bookViewSchema">, BookView>,
  Same<Wire<"batchViewSchema">, BatchView>,
  Same<Wire<"batchPageSchema">, BatchPage>,
  Same<Wire<"auctionsViewSchema">, AuctionsView>,
  Same<Wire<"windowViewSchema">, WindowView>,
  Same<Wire<"windowPageSchema">, WindowPage>,
  Same<Wire<"listWindowsQuerySchema">, ListWindowsQuery>,
  Same<Wire<"healthViewSchema">, HealthView>,
  Same<Wire<"errorBodySchema">, KeeperErrorBody>,
];

type AllTrue<List extends true[]> = List;
export type Checked = AllTrue<Checks>;
