/*
 * Elements of typed arrays that are known to be there. One helper per kind of array, so that each stays monomorphic and
 * compiles to a plain load.
 */

/** Element of a `Float64Array`. */
export function f64(array: Float64Array, index: number): number {
  return array[index] ?? 0;
}

/** Element of an `Int32Array`. */
export function i32(array: Int32Array, index: number): number {
  return array[index] ?? 0;
}

/** Element of a `Uint32Array`. */
export function u32(array: Uint32Array, index: number): number {
  return array[index] ?? 0;
}

/** `array[index] += value`. */
export function add(array: Float64Array, index: number, value: number): void {
  array[index] = f64(array, index) + value;
}

/**
 * The first position in [start, end) whose value is above `x`, or `end`: gallops from `hint`, so that it costs the
 * logarithm of the distance. Values ascend.
 *
 * Elements are read without a helper: the first clearing of a process runs here before the compiler has come to it.
 */
export function upperBound(
  values: Float64Array,
  start: number,
  end: number,
  hint: number,
  x: number,
): number {
  const from = hint < start ? start : hint > end ? end : hint;
  let low: number;
  let high: number;
  let reach = 1;
  if (from < end && (values[from] ?? 0) <= x) {
    low = from + 1;
    high = from + 1;
    while (high < end && (values[high] ?? 0) <= x) {
      low = high + 1;
      reach *= 2;
      high += reach;
    }
    if (high > end) high = end;
  } else {
    high = from;
    low = from - 1;
    while (low >= start && (values[low] ?? 0) > x) {
      high = low;
      reach *= 2;
      low -= reach;
    }
    low = low < start ? start : low + 1;
  }
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Element of any typed array, where speed does not matter. */
export function at(array: Float64Array | Int32Array | Uint8Array, index: number): number {
  return array[index] ?? 0;
}
