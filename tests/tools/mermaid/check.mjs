// Reads Mermaid's text on stdin, or several with a NUL between them. Exits with 0 and prints what Mermaid's own parser
// found in each as a line of JSON, or exits with 1 and prints what is wrong.

import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

// Mermaid cleans labels by a library that wants a page.
const { window } = new JSDOM("");
globalThis.window = window;
globalThis.document = window.document;

const { default: mermaid } = await import("mermaid");
// Pages may allow longer pictures; the parser is asked, not the limits.
mermaid.initialize({ startOnLoad: false, maxEdges: 1_000_000, maxTextSize: 10_000_000 });

try {
  for (const text of readFileSync(0, "utf8").split("\0")) {
    const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
    const nodes = [...db.getVertices()];
    const found = {
      nodes: Object.fromEntries(nodes.map(([id, node]) => [id, written(node.text)])),
      boxes: Object.fromEntries(db.getSubGraphs().map((box) => [box.id, written(box.title)])),
      arrows: db.getEdges().map((edge) => [edge.start, edge.end, written(edge.text)]),
      tooltips: Object.fromEntries(nodes.map(([id]) => [id, written(db.getTooltip(id) ?? "")])),
    };
    console.log(JSON.stringify(found));
  }
} catch (error) {
  console.error(String(error?.message ?? error));
  process.exit(1);
}

// Mermaid writes `#35;` in a way of its own until the picture is done.
function written(text) {
  return text.replace(/ﬂ°°(\d+)¶ß/g, (_, number) => String.fromCodePoint(Number(number)));
}
