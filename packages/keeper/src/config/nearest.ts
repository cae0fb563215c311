/** How many letters must be inserted, removed or replaced to make one word of the other (Levenshtein 1966). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/**
 * The candidate that was most likely meant by a misspelt word, or undefined when none is close.
 *
 * @param part what of a candidate to compare with the word; the whole if left out
 */
export function nearest(
  word: string,
  candidates: readonly string[],
  part: (candidate: string) => string = (candidate) => candidate,
): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(word.length / 4)) + 1;
  for (const candidate of candidates) {
    const steps = distance(word.toLowerCase(), part(candidate).toLowerCase());
    if (steps < least) [best, least] = [candidate, steps];
  }
  return best;
}
