/** An intent as people read it. */
import type { IntentEvent, IntentView } from "@walras/sdk";
import { list, table } from "./table.ts";

const until = (seconds: number) => new Date(seconds * 1000).toISOString();

/** One line per thing that an owner asks about. */
export function intentText(view: IntentView): string {
  const { intent, reason, fills, sealed } = view;
  const least = intent.kind === "sell" ? "at least " : "exactly ";
  const most = intent.kind === "sell" ? "" : "at most ";
  const lines = list([
    ["intent", view.intentHash],
    ["owner", view.owner],
    ["status", reason === null ? view.status : `${view.status}: ${reason.message} (${reason.code})`],
    ["gives", `${most}${intent.sellAmount} of ${intent.sellToken}`],
    ["gets", `${least}${intent.buyAmount} of ${intent.buyToken}`],
    ["until", until(intent.validTo)],
    ["given so far", view.sold === "0" ? "nothing" : `${view.sold}, ${view.fee} of it the keeper's fee`],
    ["got so far", view.bought === "0" ? "nothing" : `${view.bought}, surplus ${view.surplus}`],
  ]);
  if (sealed !== null && sealed.orders.length > 0) {
    const orders = sealed.orders.map(({ window, orderId, state, executed, bought, fee, refunded }) => [
      ...[window.toString(), orderId.toString(), state, executed, bought, fee, refunded],
    ]);
    const header = ["window", "order", "state", "executed", "bought", "fee", "given back"];
    return `${lines}\n\n${table(header, orders)}`;
  }
  if (fills.length === 0) return lines;
  const rows = fills.map(({ batchId, sold, bought, fee, transactionHash, confirmed }) => [
    batchId,
    sold,
    bought,
    fee,
    transactionHash ?? "not sent yet",
    confirmed ? "yes" : "no",
  ]);
  return `${lines}\n\n${table(["batch", "sold", "bought", "fee", "transaction", "confirmed"], rows)}`;
}

/** One line per event. */
export function eventText({ at, status, reason, transactionHash }: IntentEvent): string {
  const why = reason === null ? "" : `: ${reason.message} (${reason.code})`;
  const where = typeof transactionHash === "string" ? `  in ${transactionHash}` : "";
  return `${at}  ${status}${why}${where}`;
}
