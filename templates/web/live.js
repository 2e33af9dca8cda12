// Looks again every 20 seconds and shows what changed; one short request, so that no viewer holds a thread of the server.
"use strict";
(() => {
  const EVERY = 20000;
  const said = document.querySelector("[data-live]");
  let mark = "", paused = false, timer = 0;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  said.after(button);
  const name = () => { button.textContent = paused ? "Resume updates" : "Pause updates"; };
  button.addEventListener("click", () => { paused = !paused; name(); if (!paused) look(); });
  name();

  // nothing is taken away from under somebody's fingers
  const busy = (live) => {
    const at = document.activeElement;
    return live.contains(at) && at.matches("input, textarea, select") || live.querySelector("dialog[open], form.open");
  };

  async function look() {
    clearTimeout(timer);
    if (!paused && !document.hidden) {
      try {
        const answer = await fetch(location.href, { headers: mark ? { "If-None-Match": mark } : {}, cache: "no-store" });
        if (answer.status === 401) { location.reload(); return; }
        if (answer.status === 200) show(await answer.text(), answer.headers.get("ETag") || "");
        said.classList.toggle("stale", !answer.ok && answer.status !== 304);
      } catch { said.classList.add("stale"); }
    }
    timer = setTimeout(look, EVERY);
  }

  function show(text, etag) {
    const live = document.getElementById("live"), page = new DOMParser().parseFromString(text, "text/html");
    const fresh = page.getElementById("live"), told = page.querySelector("[data-live]");
    if (!fresh || busy(live)) return;
    mark = etag;
    said.replaceChildren(...told.childNodes);
    if (fresh.innerHTML === live.innerHTML) return;
    const focused = live.contains(document.activeElement) ? document.activeElement.id : "";
    const open = [...live.querySelectorAll("details[open][id]")].map((each) => each.id);
    live.replaceChildren(...fresh.childNodes);
    open.forEach((id) => { const each = document.getElementById(id); if (each) each.open = true; });
    if (focused) document.getElementById(focused)?.focus();
  }
  timer = setTimeout(look, EVERY);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
})();
