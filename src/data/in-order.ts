/**
 * Works on items side by side and yields what comes of them in their own order. At most `limit` are under way or wait for
 * their turn; the source is asked for no more before there is room.
 */
export async function* inOrder<Item, Result>(
  source: AsyncIterable<Item>,
  limit: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const begun: Promise<Result>[] = [];
  for await (const item of source) {
    const result = work(item);
    // Whoever waits for it hears of the failure; until then nobody does.
    result.catch(() => undefined);
    begun.push(result);
    if (begun.length >= limit) yield await begun.shift()!;
  }
  while (begun.length > 0) yield await begun.shift()!;
}
