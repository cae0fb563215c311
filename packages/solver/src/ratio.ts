/** An exact positive fraction. */
export interface Ratio {
  readonly num: bigint;
  readonly den: bigint;
}

/** Whether `a < b`. */
export function isLess(a: Ratio, b: Ratio): boolean {
  return a.num * b.den < b.num * a.den;
}

/** Numbers below this have an exponent to spare. */
const LARGEST = 2 ** 1000;

/** About the nearest double, to within three units of its last place; the terms may have any size. */
export function toNumber({ num, den }: Ratio): number {
  const [above, below] = [Number(num), Number(den)];
  if (above < LARGEST && below < LARGEST) return above / below;
  const excessNum = Math.max(0, bitLength(num) - 64);
  const excessDen = Math.max(0, bitLength(den) - 64);
  return (Number(num >> BigInt(excessNum)) / Number(den >> BigInt(excessDen))) * 2 ** (excessNum - excessDen);
}

/** The binary logarithm of a positive integer of any size, to the precision of a double. */
export function log2(value: bigint): number {
  const excess = Math.max(0, bitLength(value) - 60);
  return Math.log2(Number(value >> BigInt(excess))) + excess;
}

/** Bits needed to write a non-negative integer. */
export function bitLength(value: bigint): number {
  return value === 0n
    ? 0
    : (value.toString(16).length - 1) * 4 +
        (32 - Math.clz32(Number.parseInt(value.toString(16)[0] ?? "0", 16)));
}

/** The greatest common divisor of two non-negative integers. */
export function gcd(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

/** The fraction in lowest terms. */
export function reduce({ num, den }: Ratio): Ratio {
  const common = gcd(num, den);
  return { num: num / common, den: den / common };
}

/** A fraction as text with about six significant digits, for messages. */
export function formatRatio(ratio: Ratio): string {
  if (ratio.num === 0n) return "0";
  const value = toNumber(ratio);
  return Number.isFinite(value) && value > 0
    ? String(Number(value.toPrecision(6)))
    : `${ratio.num}/${ratio.den}`;
}
