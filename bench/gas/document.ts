/** Writes the bench's tables into a document, so that no figure in it is typed by hand. */

/**
 * Puts each text between its pair of markers, `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`.
 *
 * @throws Error when the document lacks a pair, so that nothing that was measured is dropped
 */
export function fillMarkers(document: string, texts: Readonly<Record<string, string>>): string {
  return Object.entries(texts).reduce((filled, [name, text]) => {
    const [open, close] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
    const [from, to] = [filled.indexOf(open), filled.indexOf(close)];
    if (from < 0 || to < from) throw new Error(`The document has no pair of markers "${name}".`);
    return `${filled.slice(0, from + open.length)}\n\n${text}\n\n${filled.slice(to)}`;
  }, document);
}
