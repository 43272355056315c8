// The plan as boxes and arrows: a column for each step, in each column the requests near what they wait for.

export interface PlanFetch {
  id: number;
  step: number;
  subgraph: string;
  dependsOn: number[];
  operation: string;
  condition?: string;
  deferred?: boolean;
  slow?: string;
  entities?: { paths: unknown[][]; representations: { on: string[]; fields: string }[]; condition?: string }[];
}
export interface PlanJson { operationType: string; steps: number; fetches: PlanFetch[]; introspection: boolean; deferred?: { label?: string; path: string[]; fetches: number[] }[] }

// Two steps fit into a narrow window; more of them are scrolled.
export const boxOf = (narrow: boolean) => narrow ? { width: 142, height: 62, gapX: 30, gapY: 22, margin: 12 } : { width: 190, height: 62, gapX: 70, gapY: 22, margin: 16 };
export interface Box { fetch: PlanFetch; x: number; y: number }

export const layout = (plan: PlanJson, size: ReturnType<typeof boxOf>): { boxes: Box[]; width: number; height: number } => {
  const rows = new Map<number, number>();
  const boxes: Box[] = [];
  let tallest = 1;
  for (let step = 1; step <= plan.steps; step += 1) {
    const column = plan.fetches.filter((fetch) => fetch.step === step);
    const wish = (fetch: PlanFetch) => {
      const before = fetch.dependsOn.map((id) => rows.get(id) ?? 0);
      return before.length > 0 ? before.reduce((sum, row) => sum + row, 0) / before.length : fetch.id;
    };
    column.sort((a, b) => wish(a) - wish(b) || a.id - b.id);
    column.forEach((fetch, row) => {
      rows.set(fetch.id, row);
      boxes.push({ fetch, x: size.margin + (step - 1) * (size.width + size.gapX), y: size.margin + row * (size.height + size.gapY) });
    });
    tallest = Math.max(tallest, column.length);
  }
  const height = size.margin * 2 + tallest * (size.height + size.gapY) - size.gapY;
  const width = size.margin * 2 + Math.max(plan.steps, 1) * (size.width + size.gapX) - size.gapX;
  // Shorter columns are centred.
  for (const box of boxes) {
    const inColumn = boxes.filter((other) => other.x === box.x).length;
    box.y += ((tallest - inColumn) * (size.height + size.gapY)) / 2;
  }
  // A column's boxes were moved by the same amount each, computed before any moved: the count does not change.
  return { boxes, width, height };
};

/** `products.@.reviews`: a path for people. */
export const pathText = (path: unknown[]): string =>
  path.map((element) => (Array.isArray(element) ? `[${element.join("|")}]` : String(element))).join(".") || "the root";
