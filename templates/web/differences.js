// One key answers the group in sight, and the next one is there at once: answers go to the server one after the other,
// and stay in this browser until it has them.
"use strict";
(() => {
  const SILENT = "The server does not answer. It is asked again, and your answers are kept here.";
  const AWAY = { 401: "You are signed out. Sign in in another tab: your answers are kept here until then.", 429: SILENT };
  const WORDS = { noise: "Noise", new_feature: "New feature", regression: "Regression" };
  const AHEAD = 12, MOST = 16, AGAIN = 3000;
  const id = (name) => document.getElementById(name);
  const queue = id("queue"), cards = id("cards"), form = id("keys"), said = id("said"), help = id("help");
  if (!queue) return;  // nothing waits
  const kept = `answers ${location.pathname} ${form.getAttribute("action")} ${queue.dataset.me}`;
  const pending = JSON.parse(sessionStorage.getItem(kept) || "[]");
  const had = new Map([...cards.children].map((card) => [card.dataset.group, card]));
  const orderOf = (page) => page.getElementById("progress").dataset.order.split(" ").filter(Boolean);
  let order = [...new Set([...had.keys(), ...orderOf(document)])];
  let at = order[0], failed = "", notice = "", fetching = false, delivering = false, spoken = pending.length > 0, top = 0;
  const answered = new Set(), seen = new Set(), given = [], passed = [];

  const button = (key, words, quiet = true) => {
    const made = document.createElement("button"), cap = document.createElement("kbd");
    made.type = "button"; made.className = quiet ? "quiet" : ""; made.dataset.key = key;
    made.setAttribute("aria-keyshortcuts", key === "?" ? "Shift+?" : key);
    cap.textContent = key.toLowerCase();
    made.append(cap, " ", words);
    return made;
  };
  // what the server drew for whoever has no script, as buttons that need no loading of the page
  const deeds = form.querySelector(".deeds"), labels = form.querySelector(".labels"), why = id("why");
  const takes = button("Enter", "As suggested"), other = button("o", "Other"), same = button("s", "Same");
  const all = button("a", "All alike"), undo = button("u", "Undo");
  deeds.replaceChildren(takes, other, same, all, button("w", "Why"), button("Space", "Next"), undo, button("?", "Keys"));
  const state = document.createElement("p");
  state.className = "state soft";
  deeds.append(state);
  const before = id("undo");
  if (before) given.push({ group: before.group.value, answer: before.label.value, why: "", reason: "", alike: 0 });
  before?.remove();
  // what was answered on a page that went away before the server had it
  for (const one of pending) {
    if (one.answer === "undo") { answered.delete(one.group); continue; }
    answered.add(one.group);
    given.push({ ...one, alike: 0 });
  }
  if (answered.has(at)) at = order.find((each) => !answered.has(each)) || "";
  why.hidden = true;
  labels.querySelectorAll("button").forEach((each) => { each.type = "button"; });

  const single = id("single");
  single.checked = localStorage.getItem("single keys") !== "off";
  single.addEventListener("change", () => localStorage.setItem("single keys", single.checked ? "on" : "off"));

  // ---- what is in sight
  const card = () => had.get(at);
  function show(group, words) {
    const left = card(), down = window.scrollY > top;  // asked before anything changes, so that nothing is laid out twice
    at = group;
    const now = card(), none = !at;
    if (left && left !== now) left.hidden = true;
    if (now) { now.hidden = false; seen.add(at); }
    form.hidden = none && !given.length;
    id("done").hidden = !none;
    why.hidden = true;
    form.why.value = form.reason.value = "";
    const suggested = now?.dataset.takes, last = given.at(-1);
    takes.disabled = !suggested;
    takes.lastChild.textContent = suggested ? `As suggested: ${WORDS[suggested]}` : "As suggested";
    other.lastChild.textContent = now ? `Other: ${WORDS[now.dataset.other]}` : "Other";
    other.disabled = same.disabled = none || !now;
    same.lastChild.textContent = last ? `Same: ${WORDS[last.answer]}` : "Same";
    same.disabled ||= !last;
    all.disabled = !last?.alike;
    all.lastChild.textContent = last?.alike ? `${last.alike} more alike: ${WORDS[last.answer]}` : "All alike";
    undo.disabled = !given.length;
    labels.querySelectorAll("button").forEach((each) => { each.disabled = none; });
    if (down) window.scrollTo({ top, behavior: "instant" });
    count();
    said.textContent = [words, now ? now.querySelector("h2").textContent.replace(/\s+/g, " ") : none ? "Nothing else waits." : "Loading.", now?.querySelector(".alarm")?.textContent, now?.querySelector(".suggested p").textContent.replace(/\s+/g, " ")].filter(Boolean).join(". ");
    ahead();
  }
  function count() {
    const left = order.filter((each) => !answered.has(each)).length;
    const place = document.querySelector("[data-count=waiting]"), before = Number(place.textContent);
    place.textContent = left;
    const done = document.querySelector("[data-count=answered]"), meter = document.querySelector("#progress meter");
    meter.value = Number(done.textContent) + before - left;
    done.textContent = meter.value;
  }
  function following(group) {
    const open = order.filter((each) => !answered.has(each)), place = order.indexOf(group);
    return order.slice(place + 1).find((each) => !answered.has(each)) || open.find((each) => each !== group) || "";
  }

  // ---- answers
  function answer(label, more = {}) {
    if (!card()) return;
    const one = { group: at, answer: label, why: form.why.value.trim(), reason: form.reason.value, alike: Number(card().dataset.alike), ...more };
    given.push(one);
    answered.add(at);
    notice = "";
    send({ group: one.group, answer: label, why: one.why, reason: label === "noise" ? one.reason : "" });
    show(following(at), WORDS[label]);
  }
  function back() {
    const last = given.pop();
    if (!last) return;
    answered.delete(last.group);
    send({ group: last.group, answer: "undo", label: last.answer });
    (last.others || []).forEach((group) => { answered.delete(group); send({ group, answer: "undo", label: last.answer }); });
    if (!order.includes(last.group)) order.unshift(last.group);
    show(last.group, `Taken back: ${WORDS[last.answer]}`);
  }
  function everywhere() {
    const last = given.at(-1);
    if (!last?.alike) return;
    const one = { group: last.group, answer: last.answer, why: last.why, reason: last.answer === "noise" ? last.reason : "", alike: "1" };
    last.alike = 0;
    send(one, last);
    said.textContent = `${WORDS[last.answer]} for all that are alike`;
    show(at);
  }
  function send(one, given = null) {
    pending.push(one);
    spoken = true;
    if (given) waits.set(one, given);
    keep();
    deliver();
  }
  const waits = new Map();
  function keep() {
    if (pending.length) sessionStorage.setItem(kept, JSON.stringify(pending)); else sessionStorage.removeItem(kept);
    state.textContent = failed || (pending.length ? `${pending.length} on the way` : notice || (spoken ? "All kept" : ""));
    state.classList.toggle("stale", Boolean(failed));
  }
  // one loop alone takes answers off the list, each when the server has it
  async function deliver() {
    if (delivering) return;
    delivering = true;
    while (pending.length) {
      const one = pending[0];
      try {
        const body = new FormData();
        Object.entries(one).forEach(([name, value]) => body.set(name, value));
        body.set("mark", form.mark.value);
        const answer = await fetch(form.getAttribute("action"), { method: "POST", body, headers: { Accept: "application/json" }, keepalive: true });
        failed = AWAY[answer.status] || (answer.status >= 500 ? SILENT : "");
        if (!failed && answer.ok) told(one, await answer.json());
        else if (!failed) await refused(one, answer);
        if (!AWAY[answer.status] && answer.status < 500) pending.shift();
      } catch { failed = SILENT; }
      keep();
      if (failed === SILENT || Object.values(AWAY).includes(failed)) await new Promise((wake) => setTimeout(wake, AGAIN));
    }
    delivering = false;
    if (!at) look();
  }
  // nothing is left: what it comes to now
  async function look() {
    try {
      const answer = await fetch(form.getAttribute("action"), { cache: "no-store" });
      if (answer.ok) fresh(new DOMParser().parseFromString(await answer.text(), "text/html"));
      if (!at && order.some((each) => !answered.has(each))) show(order.find((each) => !answered.has(each)));
    } catch { state.textContent = SILENT; }
  }
  function told(one, words) {
    if (words.state === "disputed" && one.answer !== "undo") notice = `You and ${words.others.join(", ")} disagree: a third person settles it.`;
    const last = waits.get(one);
    waits.delete(one);
    if (last) {
      last.others = words.groups;
      words.groups.forEach((group) => answered.add(group));
      if (answered.has(at)) show(following(at)); else count();
    }
  }
  async function refused(one, answer) {
    answered.delete(one.group);
    const words = answer.headers.get("Content-Type")?.includes("json") ? (await answer.json()).words : "The server did not take an answer: load the page again.";
    failed = words;
    keep();
    count();
  }

  // ---- cards that come next are there before they are needed
  async function ahead() {
    const left = order.filter((each) => !answered.has(each)), from = Math.max(0, left.indexOf(at));
    const round = [...left.slice(from), ...left.slice(0, from)];
    const wanted = round.filter((each) => !had.has(each)).slice(0, MOST);
    if (fetching || !round.slice(0, AHEAD).some((each) => !had.has(each))) return;
    fetching = true;
    try {
      const answer = await fetch(`${form.getAttribute("action")}&want=${wanted.join(",")}`, { cache: "no-store" });
      if (answer.ok) fresh(new DOMParser().parseFromString(await answer.text(), "text/html"));
      else throw new Error(String(answer.status));
    } catch { setTimeout(ahead, AGAIN); } finally { fetching = false; }
    if (at && !card() && !order.includes(at)) show(following(at));  // somebody else was faster
    else if (at && card()?.hidden) show(at);
    else ahead();
  }
  function fresh(page) {
    for (const one of page.querySelectorAll("#cards > article")) {
      if (had.has(one.dataset.group)) continue;
      one.hidden = true;
      had.set(one.dataset.group, one);
      cards.append(one);
    }
    // what was learnt or answered since moves or takes away what was not in sight yet; what was stays where it was
    const told = orderOf(page);
    order = [...order.filter((each) => seen.has(each)), ...told.filter((each) => !seen.has(each))];
    if (!pending.length) {
      for (const name of ["lists", "progress"]) id(name).replaceChildren(...page.getElementById(name).childNodes);
      count();
    }
  }

  // ---- keys
  const KEYS = {
    n: () => answer("noise"), f: () => answer("new_feature"), r: () => answer("regression"),
    Enter: () => { if (card()?.dataset.takes) answer(card().dataset.takes); },
    o: () => { if (card()) answer(card().dataset.other); },
    s: () => { if (given.length) answer(given.at(-1).answer); },
    a: everywhere, u: back,
    Space: () => { if (at) { const to = following(at); if (to) { passed.push(at); show(to, "Next"); } } },
    k: () => { const to = passed.pop(); if (to && had.has(to) && !answered.has(to)) show(to, "Back"); },
    w: () => { why.hidden = false; form.why.focus(); },
    e: () => { const more = card()?.querySelector("details"); if (more) more.open = !more.open; },
    "?": () => help.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || help.open) return;
    const on = event.target, key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (on.matches("input, select, textarea")) {
      if (on.form === form && (key === "Enter" || key === "Escape")) {
        event.preventDefault();
        if (key === "Escape") { form.why.value = ""; why.hidden = true; }
        on.blur();
      }
      return;
    }
    if (!single.checked || !KEYS[key]) return;
    if ((key === "Enter" || key === "Space") && on.closest("a, button, summary")) return;
    event.preventDefault();
    if (!event.repeat) KEYS[key]();  // a key that is held down answers once
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("click", (event) => {
    const pressed = event.target.closest("button[data-key]");
    if (pressed) KEYS[pressed.dataset.key]();
  });
  window.addEventListener("beforeunload", (event) => { if (pending.length) event.preventDefault(); });

  for (const each of cards.children) each.hidden = true;
  top = queue.offsetTop;
  show(at || "");
  keep();
  deliver();
})();
