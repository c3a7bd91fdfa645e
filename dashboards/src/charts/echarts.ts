import { BarChart, LineChart } from 'echarts/charts';
import { BrushComponent, GridComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { type EChartsType, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

let registered = false;

/** A chart in an element; only the parts in use are in the bundle. The caller disposes of it. */
export const createChart = (element: HTMLElement): EChartsType => {
  if (!registered) {
    use([
      BarChart,
      LineChart,
      GridComponent,
      TooltipComponent,
      BrushComponent,
      MarkLineComponent,
      CanvasRenderer,
    ]);
    registered = true;
  }
  return init(element, null, { renderer: 'canvas' });
};
