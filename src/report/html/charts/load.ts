import type { BarSeriesOption, CustomSeriesOption, LineSeriesOption } from 'echarts/charts';
import type { GridComponentOption, MarkLineComponentOption } from 'echarts/components';
import type { ComposeOption } from 'echarts/core';

/** The parts of ECharts that reports use. */
export type ChartSeries = BarSeriesOption | CustomSeriesOption | LineSeriesOption;

export type ChartOption = ComposeOption<ChartSeries | GridComponentOption | MarkLineComponentOption>;

export interface DrawingSize {
  readonly width: number;
  readonly height: number;
}

/** Draws a chart as SVG text. */
export type Draw = (option: ChartOption, size: DrawingSize) => string;

/** Loads ECharts, which takes half a second, when a chart is wanted. */
export async function loadCharts(): Promise<Draw> {
  const [{ init, use }, { BarChart, CustomChart, LineChart }, { GridComponent, MarkLineComponent }, { SVGRenderer }] =
    await Promise.all([
      import('echarts/core'),
      import('echarts/charts'),
      import('echarts/components'),
      import('echarts/renderers'),
    ]);
  use([BarChart, CustomChart, LineChart, GridComponent, MarkLineComponent, SVGRenderer]);
  return (option, size) => {
    const chart = init(null, null, { renderer: 'svg', ssr: true, ...size });
    try {
      chart.setOption({ animation: false, ...option });
      return chart.renderToSVGString();
    } finally {
      chart.dispose();
    }
  };
}
