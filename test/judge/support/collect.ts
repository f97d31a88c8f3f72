/** All items of a run. */
export async function collect<Item>(run: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of run) items.push(item);
  return items;
}
