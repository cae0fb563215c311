import { addF64, clearF64, f64At, i32At, setF64, setI32 } from "./memory";

/** The steps held of a book, as src/engine/steps.ts lays them out: the higher limit's, then the lower one's. */
const STEP: usize = 5 * 8;
const FROM: usize = 0;
const TO: usize = 8;
const SUM: usize = 16;
const WORTH: usize = 24;
const COUNT: usize = 32;

/** A section of the books, and its demand; src/engine/demand.ts lays it out. */
@unmanaged
export class Frame {
  books: i32;
  tokens: i32;
  /** Per book: its two tokens, as integers; by what its price looks worse; atoms sold per atom in which it counts. */
  sell: usize;
  buy: usize;
  factors: usize;
  units: usize;
  held: usize;
  /** Receives which steps are missing, as integers twice the book and 1 for the lower one, and for which limits. */
  missing: usize;
  limits: usize;
  /** Receive the answer: see `Demand`. */
  rates: usize;
  imbalance: usize;
  sold: usize;
  steep: usize;
  /** Receives the volume, the number of intents that fill in part, and the value that they offer. */
  totals: usize;
}

function holds(step: usize, limit: f64): bool {
  return limit >= load<f64>(step + FROM) && limit < load<f64>(step + TO);
}

/** Lists the steps that have to be found before the demand at these prices can be told; returns how many they are. */
export function listMissing(frame: Frame, prices: usize, width: f64, blur: f64): i32 {
  let count = 0;
  for (let k = 0; k < frame.books; k++) {
    const price = f64At(prices, i32At(frame.sell, k)) / f64At(prices, i32At(frame.buy, k));
    const high = (price / f64At(frame.factors, k)) * (1 + blur);
    const low = high * (1 - width);
    const upper = frame.held + <usize>k * 2 * STEP;
    if (!holds(upper, high)) {
      setI32(frame.missing, count, 2 * k);
      setF64(frame.limits, count++, high);
    }
    if (!holds(upper + STEP, low)) {
      setI32(frame.missing, count, 2 * k + 1);
      setF64(frame.limits, count++, low);
    }
  }
  return count;
}

/** The smoothed demand from steps that all hold: imbalances without the outside trader, rates, what is sold. */
export function evaluate(frame: Frame, prices: usize, width: f64, blur: f64): void {
  const tokens = frame.tokens;
  const steep = 1 / width;
  const back = 1 / (width * (1 + blur));
  let volume: f64 = 0;
  let partial: f64 = 0;
  let partialValue: f64 = 0;
  clearF64(frame.rates, tokens * tokens);
  clearF64(frame.imbalance, tokens);
  for (let k = 0; k < frame.books; k++) {
    const a = i32At(frame.sell, k);
    const b = i32At(frame.buy, k);
    const price = f64At(prices, a);
    const priceOfBought = f64At(prices, b);
    const factor = f64At(frame.factors, k);
    const unit = f64At(frame.units, k);
    const upper = frame.held + <usize>k * 2 * STEP;
    const lower = upper + STEP;
    const whole = load<f64>(lower + SUM);
    const between = load<f64>(upper + SUM) - whole;
    const forward = unit * (whole + between * steep);
    const backward = unit * factor * (load<f64>(upper + WORTH) - load<f64>(lower + WORTH)) * back;
    const sold = forward - (backward * priceOfBought) / price;
    // What is no number stays none, so that it cannot pass for balanced.
    const amount: f64 = sold < 0 ? 0 : sold;
    const value = price * amount;
    setF64(frame.sold, k, amount);
    volume += value;
    // What a spent wallet fills in part is only what it has left.
    if (factor == 1) {
      partial += load<f64>(upper + COUNT) - load<f64>(lower + COUNT);
      partialValue += price * unit * between;
    }
    setF64(frame.steep, k, backward > 0 ? backward * priceOfBought : 0);
    addF64(frame.imbalance, a, value);
    addF64(frame.imbalance, b, -value);
    addF64(frame.rates, a * tokens + b, forward > 0 ? forward : 0);
    addF64(frame.rates, b * tokens + a, backward > 0 ? backward : 0);
  }
  setF64(frame.totals, 0, volume);
  setF64(frame.totals, 1, partial);
  setF64(frame.totals, 2, partialValue);
}

/** The rates at another smoothing if everybody stayed on its side of its limit. */
export function predictRates(frame: Frame, width: f64, blur: f64): void {
  const tokens = frame.tokens;
  const steep = 1 / width;
  const back = 1 / (width * (1 + blur));
  clearF64(frame.rates, tokens * tokens);
  for (let k = 0; k < frame.books; k++) {
    const a = i32At(frame.sell, k);
    const b = i32At(frame.buy, k);
    const upper = frame.held + <usize>k * 2 * STEP;
    const lower = upper + STEP;
    const unit = f64At(frame.units, k);
    const whole = load<f64>(lower + SUM);
    const forward = unit * (whole + (load<f64>(upper + SUM) - whole) * steep);
    const backward =
      unit * f64At(frame.factors, k) * (load<f64>(upper + WORTH) - load<f64>(lower + WORTH)) * back;
    addF64(frame.rates, a * tokens + b, forward > 0 ? forward : 0);
    addF64(frame.rates, b * tokens + a, backward > 0 ? backward : 0);
  }
}
