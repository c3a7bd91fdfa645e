/**
 * Gradient-boosted trees for the logistic loss on histograms of the features (Friedman, "Greedy function approximation",
 * Annals of Statistics 29, 2001; second-order gains as Chen & Guestrin, KDD 2016). Deterministic. Only an upper bound in
 * the evaluation: it sees labels, which the product never does.
 */
export interface Boosted {
  /** Log-odds under the training weights, of the row that begins at `offset`. */
  readonly score: (rows: Float32Array, offset: number) => number;
}

export interface BoostOptions {
  readonly features: number;
  readonly trees: number;
  readonly depth: number;
  readonly rate: number;
}

const BINS = 32;
const RIDGE = 1;
/** Least weight of curvature in a leaf. */
const LEAST_LEAF = 0.5;

interface Tree {
  /** A complete binary tree: feature and upper edge of each inner node, then the leaves' values. */
  readonly feature: Int16Array;
  readonly edge: Float32Array;
  readonly leaf: Float64Array;
}

export function boost(
  rows: Float32Array,
  labels: Uint8Array,
  weights: Float64Array,
  options: BoostOptions,
): Boosted {
  const { features: k, trees, depth, rate } = options;
  const n = labels.length;
  const edges = Array.from({ length: k }, (_, j) => edgesOf(rows, n, k, j));
  const bins = new Uint8Array(n * k);
  for (let j = 0; j < k; j++) {
    const own = edges[j] as Float32Array;
    for (let i = 0; i < n; i++) bins[j * n + i] = binOf(own, rows[i * k + j] as number);
  }
  const inner = (1 << depth) - 1;
  const scores = new Float64Array(n);
  const node = new Int32Array(n);
  const gradient = new Float64Array(n);
  const bend = new Float64Array(n);
  const grown: Tree[] = [];
  for (let t = 0; t < trees; t++) {
    for (let i = 0; i < n; i++) {
      const p = 1 / (1 + Math.exp(-(scores[i] as number)));
      const w = weights[i] as number;
      gradient[i] = w * ((labels[i] as number) - p);
      bend[i] = w * p * (1 - p);
    }
    node.fill(0);
    const tree: Tree = {
      feature: new Int16Array(inner).fill(-1),
      edge: new Float32Array(inner),
      leaf: new Float64Array(inner + 1),
    };
    for (let level = 0; level < depth; level++) {
      const first = (1 << level) - 1;
      const width = 1 << level;
      const best = Array.from({ length: width }, () => ({ gain: 1e-6, feature: -1, bin: 0 }));
      const g = new Float64Array(width * BINS);
      const h = new Float64Array(width * BINS);
      for (let j = 0; j < k; j++) {
        g.fill(0);
        h.fill(0);
        const from = j * n;
        for (let i = 0; i < n; i++) {
          const cell = ((node[i] as number) - first) * BINS + (bins[from + i] as number);
          g[cell] = (g[cell] as number) + (gradient[i] as number);
          h[cell] = (h[cell] as number) + (bend[i] as number);
        }
        for (let m = 0; m < width; m++) split(g, h, m, j, best[m] as (typeof best)[number]);
      }
      for (let m = 0; m < width; m++) {
        const { feature, bin } = best[m] as (typeof best)[number];
        tree.feature[first + m] = feature;
        tree.edge[first + m] =
          feature < 0 ? Number.POSITIVE_INFINITY : ((edges[feature] as Float32Array)[bin] as number);
      }
      for (let i = 0; i < n; i++) {
        const at = node[i] as number;
        const { feature, bin } = best[at - first] as (typeof best)[number];
        const right = feature >= 0 && (bins[feature * n + i] as number) > bin;
        node[i] = 2 * at + (right ? 2 : 1);
      }
    }
    const g = new Float64Array(inner + 1);
    const h = new Float64Array(inner + 1);
    for (let i = 0; i < n; i++) {
      const leaf = (node[i] as number) - inner;
      g[leaf] = (g[leaf] as number) + (gradient[i] as number);
      h[leaf] = (h[leaf] as number) + (bend[i] as number);
    }
    for (let leaf = 0; leaf <= inner; leaf++) {
      tree.leaf[leaf] = (rate * (g[leaf] as number)) / ((h[leaf] as number) + RIDGE);
    }
    for (let i = 0; i < n; i++) {
      scores[i] = (scores[i] as number) + (tree.leaf[(node[i] as number) - inner] as number);
    }
    grown.push(tree);
  }
  return {
    score(values, offset) {
      let sum = 0;
      for (const tree of grown) {
        let at = 0;
        while (at < inner) {
          const feature = tree.feature[at] as number;
          const right = feature >= 0 && (values[offset + feature] as number) > (tree.edge[at] as number);
          at = 2 * at + (right ? 2 : 1);
        }
        sum += tree.leaf[at - inner] as number;
      }
      return sum;
    },
  };
}

function split(
  g: Float64Array,
  h: Float64Array,
  m: number,
  feature: number,
  best: { gain: number; feature: number; bin: number },
): void {
  let [totalG, totalH] = [0, 0];
  for (let b = 0; b < BINS; b++) {
    totalG += g[m * BINS + b] as number;
    totalH += h[m * BINS + b] as number;
  }
  let [leftG, leftH] = [0, 0];
  for (let b = 0; b < BINS - 1; b++) {
    leftG += g[m * BINS + b] as number;
    leftH += h[m * BINS + b] as number;
    const rightH = totalH - leftH;
    if (leftH < LEAST_LEAF || rightH < LEAST_LEAF) continue;
    const gain =
      leftG ** 2 / (leftH + RIDGE) +
      (totalG - leftG) ** 2 / (rightH + RIDGE) -
      totalG ** 2 / (totalH + RIDGE);
    if (gain > best.gain) Object.assign(best, { gain, feature, bin: b });
  }
}

/** Upper edges of the bins: zero, which is silence, and quantiles of what is said. */
function edgesOf(rows: Float32Array, n: number, k: number, j: number): Float32Array {
  const said: number[] = [];
  for (let i = 0; i < n; i++) {
    const value = rows[i * k + j] as number;
    if (value !== 0) said.push(value);
  }
  said.sort((a, b) => a - b);
  const cuts = new Set<number>([0]);
  for (let b = 1; b < BINS - 2; b++) {
    const value = said[Math.floor((b * said.length) / (BINS - 2))];
    if (value !== undefined) cuts.add(value);
  }
  return Float32Array.from([...cuts].sort((a, b) => a - b).slice(0, BINS - 1));
}

function binOf(edges: Float32Array, value: number): number {
  let bin = 0;
  while (bin < edges.length && value > (edges[bin] as number)) bin++;
  return bin;
}
