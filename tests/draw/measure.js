/* What a reader would see in a part of a page, measured: texts against what is painted behind
   them, what sticks out of its frame. Both look into shadow roots. */
(() => {
  const within = function* (root) {
    for (const node of root.querySelectorAll("*")) {
      yield node;
      if (node.shadowRoot) yield* within(node.shadowRoot);
    }
  };
  const solid = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  function colour(text) { // any CSS colour as red, green, blue, alpha
    solid.clearRect(0, 0, 1, 1);
    solid.fillStyle = "transparent"; // "none" is no colour, and would leave the one before
    solid.fillStyle = text;
    solid.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = solid.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  }
  const over = ([r, g, b, a], under) =>
    [r, g, b].map((one, at) => one * a + under[at] * (1 - a)).concat(1);
  const light = (rgb) => rgb.slice(0, 3).reduce((sum, one, at) => {
    const c = one / 255;
    return sum + [0.2126, 0.7152, 0.0722][at] * (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  }, 0);
  const contrast = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const parent = (node) => node.parentElement || (node.getRootNode().host ?? null);
  const faded = (node) => {
    let all = 1;
    for (let at = node; at; at = parent(at)) all *= Number(getComputedStyle(at).opacity);
    return all;
  };
  const written = (node) => node instanceof SVGElement;
  function stack(node, x, y) { // what lies at a point, from the top, through the shadow roots
    const found = [];
    for (let root = node.getRootNode(); ; root = root.host.getRootNode()) {
      for (const one of root.elementsFromPoint(x, y)) if (!found.includes(one)) found.push(one);
      if (root === document) return found;
    }
  }
  function ground(node, x, y) { // the colour behind a text
    let through = [];
    for (const one of stack(node, x, y)) {
      if (one === node || /^(text|tspan)$/.test(one.tagName)) continue;
      const style = getComputedStyle(one);
      const shape = written(one) && one.tagName !== "svg";
      const paint = colour(shape ? style.fill : style.backgroundColor);
      paint[3] *= faded(one) * (shape ? Number(style.fillOpacity) : 1);
      if (paint[3] > 0) through.push(paint);
      if (paint[3] === 1) break;
    }
    return through.reverse().reduce((under, paint) => over(paint, under), [255, 255, 255, 1]);
  }

  /* Each text of a part of the page that can be seen: its contrast, and where it stands. */
  window.textsIn = (part) => {
    const found = [];
    for (const node of within(part)) {
      if (/^(SCRIPT|STYLE|title|desc|OPTION)$/.test(node.tagName)) continue;
      const text = [...node.childNodes].filter((one) => one.nodeType === 3 && one.data.trim())[0];
      if (!text || !node.checkVisibility({ visibilityProperty: true })) continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      if (!range.getClientRects().length) continue;
      const shown = () => range.getClientRects()[0];
      const middle = () => {
        const box = shown();
        return [box.x + box.width / 2, box.y + box.height / 2];
      };
      // below the fold, or scrolled away inside a frame
      if (!stack(node, ...middle()).includes(node)) node.scrollIntoView({ block: "center" });
      const box = shown();
      if (!box.width) continue;
      const [x, y] = middle();
      const style = getComputedStyle(node);
      const behind = ground(node, x, y);
      const ink = colour(written(node) ? style.fill : style.color);
      ink[3] *= faded(node) * (written(node) ? Number(style.fillOpacity) : 1);
      found.push({
        text: text.data.trim().slice(0, 60), contrast: contrast(over(ink, behind), behind),
        x: box.x, y: box.y, width: box.width, height: box.height,
        size: parseFloat(style.fontSize),
      });
    }
    return found;
  };

  /* What is wider than its frame and cannot be scrolled to. */
  window.cutOff = (part) => {
    const right = part.getBoundingClientRect().right + 1;
    const found = [];
    for (const node of [part, ...within(part)]) {
      if (written(node) && node.tagName !== "svg") continue;
      if (!node.checkVisibility() || node.getBoundingClientRect().right <= right) continue;
      let frame = node;
      while (frame && frame !== part.parentElement && !/auto|scroll/.test(getComputedStyle(frame).overflowX))
        frame = parent(frame);
      if (!frame || frame === part.parentElement) found.push(node.outerHTML.slice(0, 120));
    }
    return found;
  };
})();
