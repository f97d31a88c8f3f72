/** Something that occupies memory until it is released. */
interface Releasable {
  release(): void;
}

/**
 * Makes something of several parts, one after another. When one cannot be made, those that were are released again.
 *
 * @param build - passes each part that was made, or a list of them, to `keep`.
 */
export async function building<T>(
  build: (keep: <Part extends Releasable | readonly Releasable[]>(part: Part) => Part) => Promise<T>,
): Promise<T> {
  const made: Releasable[] = [];
  try {
    return await build((part) => {
      made.push(...[part].flat());
      return part;
    });
  } catch (error) {
    for (const part of made.reverse()) part.release();
    throw error;
  }
}
