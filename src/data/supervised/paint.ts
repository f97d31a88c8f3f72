/** What becomes of a stretch of text: it is learned, only read, or past the limit. */
export type Fate = 'learned' | 'read' | 'cut';

/** How a piece of one line is shown. */
export interface Paint extends Readonly<Record<Fate | 'heading' | 'note', (text: string) => string>> {}

/** Colours where there are any (picocolors honours `NO_COLOR` and pipes), brackets where not. */
export async function choosePaint(color: boolean | undefined): Promise<Paint> {
  const { default: picocolors } = await import('picocolors');
  if (!(color ?? picocolors.isColorSupported)) return plain;
  const { black, bgGreen, bold, dim, strikethrough } = picocolors.createColors(true);
  return {
    learned: (text) => bgGreen(black(text)),
    read: (text) => text,
    cut: (text) => dim(strikethrough(text)),
    heading: bold,
    note: dim,
  };
}

const plain: Paint = {
  learned: (text) => `⟦${text}⟧`,
  read: (text) => text,
  cut: (text) => `⟨${text}⟩`,
  heading: (text) => text,
  note: (text) => text,
};
