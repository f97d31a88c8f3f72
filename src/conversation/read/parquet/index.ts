export { isParquetFile, type RowChoice, readParquet } from './rows.js';
