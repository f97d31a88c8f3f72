import * as z from 'zod';
import { parseConfig } from '../../core/index.js';

/** Where a report goes and what stands on top of it. @public */
export interface ReportConfig {
  /** The HTML file; one that is there is replaced. */
  readonly output: string;
  /** @defaultValue said by what is reported */
  readonly title?: string | undefined;
  /** Shown at the foot of the page. @defaultValue now */
  readonly createdAt?: Date | undefined;
}

/** A report that was written. @public */
export interface ReportFile {
  readonly path: string;
  readonly bytes: number;
}

export interface ReportSettings {
  readonly output: string;
  readonly title: string | undefined;
  readonly createdAt: Date;
}

const reportConfigSchema = z.strictObject({
  output: z.string().min(1),
  title: z.string().min(1).optional(),
  createdAt: z.date().optional(),
});

/** @throws ConfigError naming every field at fault. */
export function parseReportConfig(config: ReportConfig, subject: string): ReportSettings {
  const { output, title, createdAt } = parseConfig(reportConfigSchema, config, subject);
  return { output, title, createdAt: createdAt ?? new Date() };
}
