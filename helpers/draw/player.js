/* Replays an execution on its drawing. `data` is what helpers/draw/replay.py writes; the drawing
   is taken from the still picture that stands in the page, which stays where scripts do not run. */
(function (data, style) {
  "use strict";

  const element = (name, attributes, ...inside) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key === "text") made.textContent = value;
      else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else if (value !== false && value != null) made.setAttribute(key, value);
    }
    made.append(...inside.filter(Boolean));
    return made;
  };

  const ICONS = {
    first: "M1 2h2v12H1zM9 2v12L4 8zM15 2v12l-5-6z", back: "M13 2v12L6 8zM3 2h2v12H3z",
    play: "M4 2v12l10-6z", pause: "M3 2h4v12H3zM9 2h4v12H9z",
    on: "M3 2v12l7-6zM11 2h2v12h-2z", last: "M15 2h-2v12h2zM7 2v12l5-6zM1 2v12l5-6z",
  };
  function icon(name) { // drawn, because not every font has these signs
    const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS(drawn.namespaceURI, "path");
    path.setAttribute("d", ICONS[name]);
    drawn.setAttribute("viewBox", "0 0 16 16");
    drawn.setAttribute("aria-hidden", "true");
    drawn.append(path);
    return drawn;
  }

  function mount(host) {
    if (host.shadowRoot) return;
    const still = host.querySelector("img");
    const bytes = Uint8Array.from(atob(still.src.split(",")[1]), (c) => c.charCodeAt(0));
    const svg = new DOMParser()
      .parseFromString(new TextDecoder().decode(bytes), "image/svg+xml").documentElement;
    const root = host.attachShadow({ mode: "open" });
    root.append(element("style", { text: style }));

    // ---- what changes when: for each part, the changes in order of the events
    const last = data.events.length;
    let at = last, timer = null, chosen = null, visit = -1;
    const parts = data.states.map((state) => ({
      state,
      node: svg.querySelector("#" + state.id),
      box: svg.querySelector("#" + state.box),
      changes: [],
    }));
    for (const [event, number, status, line] of data.changes) {
      parts[number].changes.push({ event, status, line });
    }
    const latest = (changes) => {
      let low = 0, high = changes.length; // the changes stand in order: look the last one up
      while (low < high) {
        const middle = (low + high) >> 1;
        if (changes[middle].event <= at) low = middle + 1; else high = middle;
      }
      return low ? changes[low - 1] : null;
    };
    const arrows = data.edges.map((edge) => {
      const node = svg.querySelector("#" + edge.id);
      return { ...edge, node, texts: node ? [...node.querySelectorAll("text")] : [] };
    });

    // ---- controls
    const button = (label, sign, action) =>
      element("button", { type: "button", "aria-label": label, title: label, onclick: action },
        icon(sign));
    const scrub = element("input", { type: "range", min: 0, max: last, value: last,
      "aria-label": "Event", oninput: () => { pause(); show(Number(scrub.value)); } });
    const play = button("Play", "play", () => (timer ? pause() : start()));
    play.className = "play";
    const speed = element("select", { "aria-label": "Speed", title: "Speed" },
      ...[["0.5", "½×"], ["1", "1×"], ["2", "2×"], ["5", "5×"], ["20", "20×"]].map(([value, text]) =>
        element("option", { value, text, selected: value === "1" })));
    const told = element("output", { "aria-live": "polite" });
    const details = element("section", { class: "details", "aria-label": "The chosen state",
      tabindex: "-1" });
    const graph = element("div", { class: "graph" });
    graph.append(svg);
    svg.removeAttribute("role"); // its states are buttons now, not one image
    const bar = element("div", { class: "bar", role: "group", "aria-label": "Replay" },
      button("To the beginning", "first", () => { pause(); show(0); }),
      button("One event back", "back", () => { pause(); show(at - 1); }),
      play,
      button("One event on", "on", () => { pause(); show(at + 1); }),
      button("To the end", "last", () => { pause(); show(last); }),
      scrub, speed);
    const frame = element("div", { class: "frame", role: "region", "aria-label": data.title,
      onkeydown: keys }, bar, told, element("div", { class: "both" }, graph, details));
    root.append(frame);

    // ---- the drawing at one moment
    function show(number) {
      at = Math.max(0, Math.min(last, number));
      scrub.value = at;
      for (const part of parts) {
        const change = latest(part.changes);
        const status = data.statuses[change ? change.status : 0];
        for (const node of [part.node, part.box]) {
          if (!node) continue;
          node.classList.remove(...data.statuses.map((one) => one.name));
          node.classList.add(status.name);
        }
        if (!part.node) continue;
        const lines = part.node.querySelectorAll("text");
        const line = change ? change.line : status.mark + " " + status.word;
        if (lines.length) lines[lines.length - 1].textContent = line;
        part.node.setAttribute("aria-label", part.state.name + ", " + part.state.what + ": " + line);
      }
      for (const arrow of arrows) {
        if (!arrow.node) continue;
        const taken = arrow.at.some((event) => event <= at);
        arrow.node.classList.toggle("taken", taken);
        arrow.node.classList.toggle("faded", !taken);
        const lines = taken ? arrow.told : arrow.plain;
        arrow.texts.forEach((text, line) => { text.textContent = lines[line] || ""; });
      }
      for (const [name, reached] of [["start", at > 0], ["end", at === last && data.ended]]) {
        const node = svg.querySelector("#" + name);
        if (node) node.classList.toggle("reached", Boolean(reached));
      }
      const event = data.events[at - 1];
      told.textContent = event
        ? "Event " + event[0] + " of " + data.count + ": " + event[1] +
          (event[3] >= 0 ? " in " + data.states[event[3]].name : "") +
          (event[2] ? ", after " + event[2] : "")
        : "Before the first event.";
      scrub.setAttribute("aria-valuetext", told.textContent);
      const now = event && event[3] >= 0 ? parts[event[3]] : null;
      for (const part of parts) if (part.node) part.node.classList.toggle("now", part === now);
      if (now && now.node && timer) follow(now.node);
      if (chosen !== null) fill();
    }

    function follow(node) { // scrolls the graph only, never the page
      const box = node.getBoundingClientRect(), view = graph.getBoundingClientRect();
      if (box.top < view.top || box.bottom > view.bottom)
        graph.scrollTop += box.top - view.top - view.height / 3;
      if (box.left < view.left || box.right > view.right)
        graph.scrollLeft += box.left - view.left - view.width / 3;
    }

    // ---- playing
    function start() {
      if (at >= last) show(0);
      play.replaceChildren(icon("pause")); play.title = "Pause";
      play.setAttribute("aria-label", "Pause");
      told.setAttribute("aria-live", "off"); // a screen reader would never catch up
      tick();
    }
    function tick() {
      timer = setTimeout(() => {
        if (!host.isConnected) return pause();
        show(at + 1);
        if (at >= last) pause(); else tick();
      }, 500 / Number(speed.value));
    }
    function pause() {
      clearTimeout(timer); timer = null;
      play.replaceChildren(icon("play")); play.title = "Play";
      play.setAttribute("aria-label", "Play");
      told.setAttribute("aria-live", "polite");
    }
    function keys(event) {
      const on = event.composedPath()[0];
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (on.tagName === "SELECT" || (on.tagName === "INPUT" && event.key !== " ")) return;
      const moves = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: last };
      if (event.key in moves) { pause(); show(moves[event.key]); }
      else if (event.key === " " && on.tagName !== "BUTTON" && !on.classList.contains("state")) {
        timer ? pause() : start();
      } else if (event.key === "Escape" && chosen !== null) {
        const node = parts[chosen].node;
        choose(null);
        leaving = true; // back on the state, without looking into it again
        if (node) node.focus();
        leaving = false;
      } else return;
      event.preventDefault();
    }

    // ---- one state looked into
    let leaving = false;
    for (const [number, part] of parts.entries()) {
      if (!part.node) continue;
      part.node.setAttribute("tabindex", "0");
      part.node.setAttribute("role", "button");
      const open = () => choose(number);
      part.node.addEventListener("click", open);
      part.node.addEventListener("focus", () => {
        if (!leaving && part.node.matches(":focus-visible")) open();
      });
      part.node.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") {
          open(); details.focus(); event.preventDefault(); event.stopPropagation();
        }
      });
    }
    function choose(number) {
      chosen = number; visit = -1;
      parts.forEach((part, one) => part.node && part.node.classList.toggle("chosen", one === number));
      fill();
    }
    function fill() {
      const on = root.activeElement; // written anew, so what had the focus is found again
      const kind = on && on !== details && details.contains(on) ? on.tagName : null;
      const place = kind ? [...details.querySelectorAll(kind)].indexOf(on) : -1;
      write();
      if (kind) (details.querySelectorAll(kind)[place] || details).focus({ preventScroll: true });
    }
    function write() {
      details.replaceChildren();
      if (chosen === null) {
        details.append(element("p", { class: "hint",
          text: "Choose a state to see what went in and out. ← → step, Space plays." }));
        return;
      }
      const state = data.states[chosen];
      details.append(element("h4", { text: state.name }), element("p", { text: state.what }));
      const visits = data.visits.filter((one) => one.state === chosen && one.enter <= at);
      if (!visits.length) {
        details.append(element("p", { text: "○ not started" }));
      } else {
        const one = visits[visit] || visits[visits.length - 1];
        if (visits.length > 1) {
          details.append(element("label", { text: "Visit " }, element("select", {
            onchange: (event) => { visit = Number(event.target.value); fill(); },
          }, ...visits.map((each, index) => element("option", { value: index,
            selected: each === one, text: (index + 1) + " of " + visits.length +
            (each.label ? ", " + each.label : "") })))));
        }
        const over = one.exit !== null && one.exit <= at;
        details.append(element("p", { text: over ? one.said : "… in progress" }));
        const add = (name, value, shown) => value != null && shown && details.append(
          element("h5", { text: name }), element("pre", { tabindex: "0", text: value }));
        add("Input", one.input, true);
        add("Output", one.output, over);
        add("Error", one.error, over);
        const tries = one.attempts.filter((each) => each.from <= at);
        if (tries.length > 1 || (tries.length && tries[0].error)) {
          details.append(element("h5", { text: "Attempts" }), element("ol", {},
            ...tries.map((each) => element("li", { text: each.to !== null && each.to <= at
              ? each.said : each.begun }))));
        }
      }
      const code = element("details", {}, element("summary", { text: "Definition" }),
        element("pre", { tabindex: "0", text: state.definition }));
      code.open = write.open || false;
      code.addEventListener("toggle", () => { write.open = code.open; });
      details.append(code);
    }

    fill();
    show(last);
  }

  let tries = 0;
  (function find() { // a front end may run the script before it has put the output into the page
    const hosts = document.querySelectorAll('[data-replay="' + data.key + '"]');
    if (hosts.length) hosts.forEach(mount);
    else if (tries++ < 100) setTimeout(find, 50);
  })();
})
