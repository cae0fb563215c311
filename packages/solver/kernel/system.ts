import { addF64, f64At, i32At } from "./memory";

/**
 * Enters books into the equations of a Newton step: what each sells, in value, and how steeply that grows with its price.
 *
 * @param priced per book, the token in which its amounts are counted: the one sold, or the one bought
 */
export function enterBooks(
  matrix: usize,
  tokens: i32,
  books: i32,
  sell: usize,
  buy: usize,
  priced: usize,
  values: usize,
  steeps: usize,
): void {
  for (let k = 0; k < books; k++) {
    const a = i32At(sell, k);
    const b = i32At(buy, k);
    const value = f64At(values, k);
    const steep = f64At(steeps, k);
    const isBought = i32At(priced, k) == b;
    addF64(matrix, b * tokens + a, isBought ? -steep : -(value + steep));
    addF64(matrix, a * tokens + b, isBought ? value - steep : -steep);
  }
}

/** Adds to every entry off the diagonal of a column a value of its own, times a factor. */
export function addColumns(matrix: usize, n: i32, values: usize, factor: f64): void {
  for (let row = 0; row < n; row++)
    for (let column = 0; column < n; column++)
      if (row != column) addF64(matrix, row * n + column, factor * f64At(values, column));
}
