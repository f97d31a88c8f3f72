import * as z from 'zod';

/** Where a report goes and what stands on top of it. @public */
export interface ReportConfig {
  /** The HTML file; one that is there is replaced. */
  readonly output: string;
  /** The heading of the page. @defaultValue said by what is reported */
  readonly title?: string | undefined;
  /** Shown at the foot of the page. @defaultValue now */
  readonly createdAt?: Date | undefined;
}

/** A report that was written. @public */
export interface ReportFile {
  /** Where the file is. */
  readonly path: string;
  /** Size of the file. */
  readonly bytes: number;
}

/** What every report's configuration has; a report adds its own fields. @internal */
export const reportConfigSchema = z.strictObject({
  output: z.string().min(1),
  title: z.string().min(1).optional(),
  createdAt: z.date().default(() => new Date()),
});

/** Where a page goes, and what it says about itself. */
export type ReportSettings = z.output<typeof reportConfigSchema>;
