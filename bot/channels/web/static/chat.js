"use strict";
// The page works without this script (plain forms). With it: no reloads, answers as they come, messages kept while
// the line is down and sent again with the same id, so that nothing is lost and nothing is taken twice.
(() => {
  const RETRY = 3000, POLL = 2500, LONGEST_WAIT = 15000, KEPT = "kexie-unsent";
  const log = document.getElementById("log"), end = document.getElementById("end");
  const form = document.getElementById("say"), field = document.getElementById("text");
  const picker = document.getElementById("file"), state = document.getElementById("state");
  let last = Number(log.dataset.last), heard = log.dataset.heard, socket = null, wait = 500;
  const unsent = new Map(); // id -> {message, shown, section, tried, busy}
  const newId = () => (crypto.randomUUID ? crypto.randomUUID() : Date.now() + "-" + Math.random().toString(36).slice(2));
  const tell = (text) => { if (state.textContent !== text) state.textContent = text; };

  // What is shown

  function make(tag, className, text) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text) element.textContent = text; // never markup: what people write stays text
    return element;
  }

  function line(mine, text, extra) {
    const section = make("section", mine ? "theirs" : "ours");
    const bubble = make("div", "bubble " + (extra || ""), text);
    section.append(make("span", "unseen", mine ? "您：" : "科协通："), bubble);
    log.insertBefore(section, end);
    return section;
  }

  const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 160;
  // A reply that is longer than the window is shown from its beginning.
  function follow(section) {
    const tall = section.offsetHeight > log.clientHeight;
    log.scrollTop = tall ? section.offsetTop - log.offsetTop - 8 : log.scrollHeight;
  }

  function show(message) {
    const follows = atEnd();
    const section = message.ours ? showOurs(message) : showTheirs(message);
    if (section && follows) follow(section);
  }

  function showTheirs({ said, at, text }) {
    if (at > heard) heard = at;
    if (said) taken(said);
    if (said && log.querySelector(`[data-said="${CSS.escape(said)}"]`)) return null;
    const section = line(true, text);
    section.dataset.said = said;
    return section;
  }

  function showOurs(message) {
    if (log.querySelector(`[data-id="${message.id}"]`)) return null; // came by both ways
    last = Math.max(last, message.id);
    log.querySelectorAll(".buttons").forEach((old) => old.classList.add("old"));
    const section = line(false, message.text);
    section.dataset.id = message.id;
    if (message.more) {
      const fold = make("details");
      fold.append(make("summary", "", "更多"), message.more);
      section.querySelector(".bubble").append(fold);
    }
    for (const file of message.files) {
      const link = make("a", "file", file.name);
      link.href = file.url; link.download = file.name;
      section.append(link);
    }
    if (message.buttons.length) {
      const row = make("div", "buttons");
      for (const { label, id } of message.buttons) {
        const button = make("button", "", label);
        button.type = "button"; button.value = id;
        button.addEventListener("click", () => say({ press: id }, label));
        row.append(button);
      }
      section.append(row);
    }
    return section;
  }

  // What is sent

  function say(message, shown, id = newId()) {
    const section = line(true, shown);
    section.dataset.said = id;
    section.classList.add("waiting");
    unsent.set(id, { message: { ...message, id }, shown, section, tried: 0, busy: false });
    keep();
    log.scrollTop = log.scrollHeight;
    send(id);
  }

  // Over a reload too; files cannot be kept.
  function keep() {
    const items = [...unsent.values()].filter((item) => !item.message.file);
    try { sessionStorage.setItem(KEPT, JSON.stringify(items.map(({ message, shown }) => ({ message, shown })))); } catch { /* private mode */ }
  }
  function takeUp() {
    let items = [];
    try { items = JSON.parse(sessionStorage.getItem(KEPT) || "[]"); } catch { /* private mode */ }
    for (const { message: { id, ...message }, shown } of items)
      if (!log.querySelector(`[data-said="${CSS.escape(id)}"]`)) say(message, shown, id);
    keep();
  }

  async function send(id) {
    const item = unsent.get(id);
    if (!item || item.busy) return;
    item.tried = Date.now();
    if (socket && socket.readyState === WebSocket.OPEN && !item.message.file) return socket.send(JSON.stringify(item.message));
    if (socket && socket.readyState === WebSocket.CONNECTING && !item.message.file && wait <= 500) return; // sent when open
    const data = new FormData();
    for (const [key, value] of Object.entries(item.message)) data.append(key, value);
    item.busy = true;
    try {
      const answer = await fetch("/chat", { method: "POST", body: data, headers: { Accept: "application/json" } });
      const told = await answer.json();
      if (told.later) return tell(told.problem);
      taken(id, told.problem);
      if (!socket) [300, 900, 1800].forEach((pause) => setTimeout(poll, pause));
    } catch {
      tell("网络不通，连上后会自动再发。");
    } finally { item.busy = false; }
  }

  function taken(id, problem) {
    const item = unsent.get(id);
    if (!item) return;
    unsent.delete(id);
    keep();
    item.section.classList.remove("waiting");
    if (problem) follow(line(false, problem, "problem"));
    if (!unsent.size) tell("");
  }

  // The line: WebSocket where it gets through; elsewhere plain requests do the same a little slower.

  const place = () => "after=" + last + "&heard=" + encodeURIComponent(heard);
  const live = () => socket && socket.readyState === WebSocket.OPEN;

  async function poll() {
    try {
      const answer = await fetch("/chat/replies?" + place());
      for (const message of (await answer.json()).messages) show(message);
      if (!unsent.size) tell("");
    } catch { tell("网络不通，连上后会自动再发。"); }
  }

  function connect() {
    const address = location.origin.replace(/^http/, "ws") + "/chat/socket?" + place();
    try { socket = new WebSocket(address); } catch { socket = null; return; }
    socket.addEventListener("open", () => {
      wait = 500; tell("");
      for (const id of unsent.keys()) send(id);
    });
    socket.addEventListener("message", (event) => {
      const message = JSON.parse(event.data);
      if ("ack" in message) taken(message.ack);
      else if ("later" in message) tell(message.problem);
      else show(message);
    });
    socket.addEventListener("close", () => {
      socket = null;
      setTimeout(connect, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
      for (const id of unsent.keys()) send(id);
      poll();
    });
  }

  setInterval(() => {
    for (const [id, item] of unsent) if (Date.now() - item.tried > RETRY) send(id);
    if (!live()) poll();
  }, POLL);

  // What the person does

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const file = picker.files[0], text = field.value.trim();
    if (file) {
      if (file.size > Number(form.dataset.max)) {
        const most = Math.floor(form.dataset.max / 1e6);
        follow(line(false, `文件「${file.name}」太大，最多 ${most} MB。请压缩后再发。`, "problem"));
      } else say({ file, text }, "文件：" + file.name + (text ? "\n" + text : ""));
      picker.value = "";
    } else if (text) say({ text }, text);
    field.value = ""; grow(); field.focus();
  });
  picker.addEventListener("change", () => { if (picker.files.length) form.requestSubmit(); });
  const grow = () => { field.style.height = "auto"; field.style.height = field.scrollHeight + 2 + "px"; };
  field.addEventListener("input", grow);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
  });
  log.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button) return;
    event.preventDefault();
    say({ [button.name]: button.value }, button.name === "text" ? button.value : button.textContent);
  });
  window.addEventListener("beforeunload", (event) => { if ([...unsent.values()].some((item) => item.message.file)) event.preventDefault(); });
  if (matchMedia("(hover: hover)").matches) field.focus(); // on a phone it would bring up the keyboard at once
  log.scrollTop = log.scrollHeight;
  connect();
  takeUp();
})();
