/* Where the words of drawings stand, measured: lines that come too near to their box, labels too
   near to each other or to a box, labels that an arrow crosses, words off the card. */
(() => {
  const LINE = 3, LABEL = 4, CARD = 4; // pixels that must be left
  const rest = 0.05; // of rounding
  const numbers = (text) => (text.match(/-?\d+(\.\d+)?/g) || []).map(Number);

  // ---- outlines as chains of points, with half the stroke
  function curve(text) {
    const points = [], all = numbers(text);
    let [x, y] = all;
    points.push([x, y]);
    for (let at = 2; at + 5 < all.length; at += 6) {
      const [a, b, c, d, e, f] = all.slice(at, at + 6);
      for (let step = 1; step <= 12; step++) {
        const t = step / 12, u = 1 - t;
        points.push([
          u * u * u * x + 3 * u * u * t * a + 3 * u * t * t * c + t * t * t * e,
          u * u * u * y + 3 * u * u * t * b + 3 * u * t * t * d + t * t * t * f,
        ]);
      }
      [x, y] = [e, f];
    }
    return points;
  }
  function outline(shape) {
    const half = shape.getAttribute("stroke") === "none" ? 0 :
      Number(getComputedStyle(shape).strokeWidth.replace("px", "")) / 2;
    if (shape.tagName === "path") return { points: curve(shape.getAttribute("d")), half };
    if (shape.tagName === "ellipse") {
      const [cx, cy, rx, ry] = ["cx", "cy", "rx", "ry"].map((name) => Number(shape.getAttribute(name)));
      const points = [];
      for (let step = 0; step <= 72; step++) {
        const angle = (step * Math.PI) / 36;
        points.push([cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)]);
      }
      return { points, half };
    }
    const all = numbers(shape.getAttribute("points"));
    const points = [];
    for (let at = 0; at + 1 < all.length; at += 2) points.push([all[at], all[at + 1]]);
    if (shape.tagName === "polygon") points.push(points[0]);
    return { points, half };
  }
  const shapes = (group) => [...group.children].filter((one) => /^(path|polygon|polyline|ellipse)$/.test(one.tagName));
  function round(outlines) { // the box round outlines
    const all = outlines.flatMap((one) => one.points);
    const x = all.map((point) => point[0]), y = all.map((point) => point[1]);
    return { left: Math.min(...x), right: Math.max(...x), top: Math.min(...y), bottom: Math.max(...y) };
  }

  // ---- distances
  const apart = (a, b) => Math.hypot(
    Math.max(0, a.left - b.right, b.left - a.right), Math.max(0, a.top - b.bottom, b.top - a.bottom));
  function toPoint(rect, x, y) {
    return Math.hypot(Math.max(0, rect.left - x, x - rect.right), Math.max(0, rect.top - y, y - rect.bottom));
  }
  function toSegment(rect, [x, y], [v, w]) { // by halves; its pieces are short or straight
    const length = Math.hypot(v - x, w - y);
    let nearest = Infinity;
    const steps = Math.max(1, Math.ceil(length / 2));
    for (let step = 0; step <= steps; step++)
      nearest = Math.min(nearest, toPoint(rect, x + ((v - x) * step) / steps, y + ((w - y) * step) / steps));
    return nearest;
  }
  function toOutline(rect, { points, half, box }, within) {
    if (box && apart(rect, box) > within + half) return Infinity;
    let nearest = Infinity;
    for (let at = 0; at + 1 < points.length; at++) {
      const [[x, y], [v, w]] = [points[at], points[at + 1]];
      const piece = { left: Math.min(x, v), right: Math.max(x, v), top: Math.min(y, w), bottom: Math.max(y, w) };
      if (apart(rect, piece) > within + half) continue;
      nearest = Math.min(nearest, toSegment(rect, [x, y], [v, w]));
    }
    return nearest - half;
  }
  function holds(points, x, y) { // is the point inside the chain?
    let inside = false;
    for (let at = 0; at + 1 < points.length; at++) {
      const [[a, b], [c, d]] = [points[at], points[at + 1]];
      if (b > y !== d > y && x < a + ((y - b) / (d - b)) * (c - a)) inside = !inside;
    }
    return inside;
  }

  // ---- words
  function line(text) { // from the capitals' height to the descenders
    const box = text.getBBox(), y = Number(text.getAttribute("y"));
    const size = parseFloat(getComputedStyle(text).fontSize);
    return { left: box.x, right: box.x + box.width, top: y - 0.74 * size, bottom: y + 0.22 * size,
      text: text.textContent };
  }
  const lines = (group) => [...group.children].filter((one) => one.tagName === "text" && one.textContent.trim()).map(line);
  const measured = (outlines) => outlines.map((one) => ({ ...one, box: round([one]) }));

  function graphFaults(graph) {
    const faults = [];
    const say = (what, line, by) => faults.push({ what, line: line.text, by: Math.round(by * 10) / 10 });
    const of = (kind) => [...graph.querySelectorAll("g." + kind)];
    const boxes = [...of("node"), ...of("cluster")].map((group) => ({
      group, words: lines(group), outlines: measured(shapes(group).map(outline)),
      seen: shapes(group).length > 0,
      filled: shapes(group).filter((one) => one.tagName !== "polyline").map(outline),
    }));
    const edges = of("edge").map((group) => ({
      group, words: lines(group), outlines: measured(shapes(group).map(outline)),
    }));
    let count = 0;
    for (const box of boxes) {
      for (const one of box.words) {
        count++;
        if (!box.seen) continue;
        const [x, y] = [(one.left + one.right) / 2, (one.top + one.bottom) / 2];
        const near = Math.min(...box.outlines.map((outline) => toOutline(one, outline, LINE)));
        if (!box.filled.some(({ points }) => holds(points, x, y))) say("outside its box", one, 0);
        else if (near < LINE - rest) say("too near to its box", one, near);
      }
    }
    const labels = edges.flatMap((edge) => edge.words.map((one) => ({ ...one, edge })));
    // a sign and a group's heading stand free, as a label does
    for (const box of boxes) for (const one of box.words)
      if (!box.seen || box.group.classList.contains("cluster")) labels.push({ ...one, box });
    for (const [at, one] of labels.entries()) {
      count += one.edge ? 1 : 0;
      for (const other of labels.slice(at + 1)) {
        const same = one.edge ? one.edge === other.edge : one.box === other.box;
        const distance = apart(one, other);
        if (!same && distance < LABEL - rest) say("too near to “" + other.text + "”", one, distance);
      }
      for (const box of boxes) {
        if (box === one.box) continue;
        const cluster = box.group.classList.contains("cluster");
        const near = Math.min(Infinity, ...box.outlines.map((outline) => toOutline(one, outline, LABEL)));
        const [x, y] = [(one.left + one.right) / 2, (one.top + one.bottom) / 2];
        const under = !cluster && box.filled.some(({ points }) => holds(points, x, y));
        if (under || near < LABEL - rest) say("too near to a box", one, under ? 0 : near);
      }
      for (const edge of edges)
        if (edge.outlines.some((outline) => toOutline(one, outline, 0) < rest)) {
          say(edge === one.edge ? "crossed by its own edge" : "crossed by an edge", one, 0);
          break;
        }
    }
    return { faults, count };
  }

  function cardFaults(svg) { // every word on the card, whatever drew it; none over another
    const card = svg.querySelector(".paper").getBoundingClientRect();
    const faults = [], texts = [...svg.querySelectorAll("text")].filter((one) => one.textContent.trim());
    const rects = texts.map((one) => {
      const box = one.getBoundingClientRect();
      const cut = box.height * 0.12; // leading
      return { left: box.left, right: box.right, top: box.top + cut, bottom: box.bottom - cut, text: one.textContent };
    });
    for (const [at, one] of rects.entries()) {
      const room = Math.min(one.left - card.left, card.right - one.right, one.top - card.top, card.bottom - one.bottom);
      if (room < CARD - rest) faults.push({ what: "off the card", line: one.text, by: Math.round(room * 10) / 10 });
      if (svg.querySelector("g.graph")) continue;
      for (const other of rects.slice(at + 1))
        if (apart(one, other) === 0) faults.push({ what: "over “" + other.text + "”", line: one.text, by: 0 });
    }
    return { faults, count: rects.length };
  }

  /* What is wrong with one drawing as it stands on the page, and how many lines were measured. */
  window.faultsIn = (svg) => {
    const all = [cardFaults(svg), ...[...svg.querySelectorAll("g.graph")].map(graphFaults)];
    return { count: all[0].count, faults: all.flatMap((one) => one.faults) };
  };

  /* Is there such a font here? Then it is the same whatever it would fall back to. */
  window.hasFont = (font) => {
    const pen = document.createElement("canvas").getContext("2d");
    const [one, other] = ["monospace", "serif"].map((rest) => {
      pen.font = `40px '${font}', ${rest}`;
      return pen.measureText("Wide mill").width;
    });
    return one === other;
  };

  /* The same for many drawings in each of several fonts. Each has a shadow root of its own. */
  window.faultsOf = (drawings, fonts) => {
    const roots = drawings.map((svg) => {
      const host = document.createElement("div");
      const root = host.attachShadow({ mode: "open" });
      root.innerHTML = "<style>svg{font-family:var(--font)!important}</style>" + svg;
      return root;
    });
    document.body.replaceChildren(...roots.map((root) => root.host));
    const found = [];
    for (const font of fonts) {
      document.documentElement.style.setProperty("--font", `'${font}'`);
      for (const [number, root] of roots.entries())
        found.push({ font, number, ...faultsIn(root.querySelector("svg")) });
    }
    return found;
  };
})();
