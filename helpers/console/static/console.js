// Times in the reader's own zone; what changes on AWS changes on the page; "No" goes back.
"use strict";
(function () {
  const zone = new Intl.DateTimeFormat("en", { timeZoneName: "short" });
  const two = (number) => String(number).padStart(2, "0");

  // Beside each moment in UTC the same by this reader's clock, with its date where that is another.
  function tellTimes(root) {
    for (const time of root.querySelectorAll("time[datetime]:not(:has(.here))")) {
      const at = new Date(time.dateTime);
      if (isNaN(at) || at.getTimezoneOffset() === 0) continue;
      const date = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join("-");
      const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":");
      const name = zone.formatToParts(at).find((one) => one.type === "timeZoneName").value;
      const here = document.createElement("span"), comma = document.createElement("span");
      comma.className = "comma";  // is heard, and in a table not seen
      comma.textContent = ", ";
      here.className = "here";
      here.textContent = (date === time.dateTime.slice(0, 10) ? "" : date + " ") + clock + " " + name;
      time.append(comma, here);
    }
  }

  // Makes a part of the page like the one that was made anew, and touches only what differs: so
  // what is focused, open, selected or scrolled stays. Rows with a data-key are known by it.
  function become(old, made) {
    if (old.nodeType !== made.nodeType || old.nodeName !== made.nodeName) {
      old.replaceWith(made);
    } else if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.nodeValue !== made.nodeValue) old.nodeValue = made.nodeValue;
    } else if (!old.isEqualNode(made)) {
      becomeInside(old, made);
    }
  }

  function becomeInside(old, made) {
    const own = (name) => name === "open" && old.nodeName === "DETAILS";  // the reader opens it
    for (const { name, value } of [...made.attributes]) {
      if (!own(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    for (const { name } of [...old.attributes]) {
      if (!own(name) && !made.hasAttribute(name)) old.removeAttribute(name);
    }
    const key = (node) => node && node.dataset && node.dataset.key;
    const known = new Map([...old.children].filter(key).map((one) => [key(one), one]));
    const wanted = [...made.childNodes];
    wanted.forEach((one, at) => {
      const here = old.childNodes[at], kept = known.get(key(one));
      if (kept) {
        if (kept !== here) old.insertBefore(kept, here);
        become(kept, one);
      } else if (here && !key(here)) become(here, one);
      else old.insertBefore(one, here || null);
    });
    while (old.childNodes.length > wanted.length) old.lastChild.remove();
  }

  async function refresh() {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (!answer.ok) return location.reload();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    tellTimes(page);
    for (const part of document.querySelectorAll("[data-part]")) {
      const made = page.querySelector('[data-part="' + part.dataset.part + '"]');
      if (made) become(part, made); else part.replaceChildren();
    }
    document.title = page.title;
    return null;
  }

  // As JupyterLab does: a page that nobody sees asks for nothing, so that a server with nobody at
  // it can be ended. Seen again, it goes on: the first event brings it up to date.
  function whileSeen(connect, patience) {
    let events = null, waiting = 0;
    function look() {
      clearTimeout(waiting);
      if (!document.hidden) events = events || connect();
      else waiting = setTimeout(() => { events?.close(); events = null; }, patience);
    }
    document.addEventListener("visibilitychange", look);
    look();
  }

  // A page that is followed no longer is loaded anew, for its replay; not from under who reads it.
  async function end() {
    const main = document.querySelector("main"), on = document.activeElement;
    if ((on !== main && main.contains(on)) || main.querySelector("details[open]")) {
      await refresh();
      delete document.body.dataset.live;
    } else location.reload();
  }

  // The page says which version it shows, so that only what changed since then is told.
  function follow(url, known) {
    const address = new URL(url, location);
    address.searchParams.set("known", known);
    const events = new EventSource(address);
    events.addEventListener("change", refresh);
    events.addEventListener("end", () => { events.close(); end(); });
    return events;
  }

  // Lines of a log as they come, the newest below; it scrolls along where one is at the end.
  function tail(box) {
    const rows = box.querySelector("tbody"), count = document.querySelector("[data-count]");
    const pause = document.querySelector("[data-pause]");
    const most = 1000, waiting = [];
    let told = 0;

    function cell(row, made) { row.insertCell().append(made); }

    function show() {
      const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
      for (const [when, stream, text] of waiting.splice(0).slice(-most)) {
        const row = rows.insertRow(), time = document.createElement("time");
        const line = document.createElement("span");
        time.dateTime = when;
        time.textContent = new Date(when).toISOString().replace("T", " ").replace("Z", " UTC");
        line.className = "line";
        line.textContent = text;
        row.title = stream;
        cell(row, time);
        cell(row, line);
      }
      while (rows.rows.length > most) rows.deleteRow(0);
      tellTimes(rows);
      if (atEnd) box.scrollTop = box.scrollHeight;
      count.textContent = told + (told === 1 ? " line" : " lines")
        + (told > most ? ", the last " + most + " are shown" : "");
    }

    const isPaused = () => pause.getAttribute("aria-pressed") === "true";
    pause.addEventListener("click", () => {
      pause.setAttribute("aria-pressed", String(!isPaused()));
      if (!isPaused()) show();
    });
    whileSeen(() => {
      const events = new EventSource(box.dataset.tail);
      events.addEventListener("open", () => {  // after a break it is told anew: five minutes
        rows.replaceChildren();
        waiting.splice(0);
        told = 0;
      });
      events.addEventListener("lines", (event) => {
        const lines = JSON.parse(event.data);
        told += lines.length;
        waiting.push(...lines);
        if (waiting.length > most) waiting.splice(0, waiting.length - most);
        if (!isPaused()) show();
      });
      events.addEventListener("problem", (event) => {
        events.close();
        const problem = document.querySelector("[data-problem]");
        problem.textContent = JSON.parse(event.data);
        problem.hidden = false;
      });
      return events;
    }, 300_000);
  }

  // What takes long is brought in when it is scrolled to; without script its link leads to it.
  async function load(part) {
    const link = part.querySelector("a"), kept = link.textContent;
    link.textContent = kept + " …";
    const answer = await fetch(part.dataset.load, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const made = page.querySelector("[data-loaded]");
    if (made) part.replaceChildren(...made.childNodes); else link.textContent = kept;
  }

  // A file that is too large would only be answered by a broken connection.
  for (const file of document.querySelectorAll("[data-most]")) {
    file.addEventListener("change", () => {
      const isTooLarge = file.files[0] && file.files[0].size > Number(file.dataset.most);
      file.setCustomValidity(
        isTooLarge ? "Too large for this page. In a terminal: " + file.dataset.then : "");
      file.reportValidity();
    });
  }

  tellTimes(document);
  const seen = new IntersectionObserver((parts) => {
    for (const part of parts) if (part.isIntersecting) { seen.unobserve(part.target); load(part.target); }
  });
  for (const part of document.querySelectorAll("[data-load]")) seen.observe(part);
  for (const box of document.querySelectorAll("[data-tail]")) tail(box);
  const { live, known } = document.body.dataset;
  if (live) whileSeen(() => follow(live, known), 5_000);
  for (const back of document.querySelectorAll("[data-back]")) {
    back.addEventListener("click", (event) => { event.preventDefault(); history.back(); });
  }
})();
