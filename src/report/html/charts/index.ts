export { type BarRow, barsChart } from './bars.js';
export { columnsChart } from './columns.js';
export { type Chart, type Figure, figure } from './figure.js';
export { type BandPoint, type Line, type LinesLayout, linesChart, type Point } from './lines.js';
export { type Draw, loadCharts } from './load.js';
export { type StackedRow, stackedChart } from './stacked.js';
export { colours } from './style.js';
