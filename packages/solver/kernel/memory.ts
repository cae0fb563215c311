/* Elements of arrays in linear memory, told by the address of the first. */

/** Element of an array of doubles. */
export function f64At(array: usize, index: i32): f64 {
  return load<f64>(array + ((<usize>index) << 3));
}

/** Sets an element of an array of doubles. */
export function setF64(array: usize, index: i32, value: f64): void {
  store<f64>(array + ((<usize>index) << 3), value);
}

/** Adds to an element of an array of doubles. */
export function addF64(array: usize, index: i32, value: f64): void {
  setF64(array, index, f64At(array, index) + value);
}

/** Element of an array of 32-bit integers. */
export function i32At(array: usize, index: i32): i32 {
  return load<i32>(array + ((<usize>index) << 2));
}

/** Sets an element of an array of 32-bit integers. */
export function setI32(array: usize, index: i32, value: i32): void {
  store<i32>(array + ((<usize>index) << 2), value);
}

/** Sets all elements of an array of doubles to 0. */
export function clearF64(array: usize, length: i32): void {
  memory.fill(array, 0, (<usize>length) << 3);
}
