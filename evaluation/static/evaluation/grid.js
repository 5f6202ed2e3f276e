// The grid of values: keys, saving field by field, the panel beside it, and pasting from Excel.
// Without this script each item is a form with a button. What is typed is never thrown away: a field that
// could not be saved keeps its words, says why, and holds the page open.
const grid = document.getElementById("grid");
const panel = document.getElementById("panel");
const paste = document.getElementById("paste");
const lost = document.getElementById("lost");
const SIGNED_OUT = "サインインが切れました。入力した値は、この画面に残っています。";
const NO_ANSWER = "通信できませんでした。入力した値は、この画面に残っています。";
const SOMEBODY_ELSE = "別の人がサインインしています。入力した人がサインインし直してください。";
const LEAVE = "保存していない内容があります。閉じると失われます。閉じますか。";

// --- Fields --------------------------------------------------------------------------------------
const rows = [...grid.querySelectorAll("tbody tr")];
const cells = rows.map((row) => [...row.querySelectorAll("td")]);
const years = [...(grid.querySelectorAll("thead tr")[0]?.cells ?? [])].slice(2).map((head) => head.id.split("-")[1]);
const fields = new Map(); // key → { input, mark, row, column, stored, open }
const queue = new Set(); // keys that wait to be saved
let saving = Promise.resolve();
let stopped = false; // until somebody has signed in again

const fieldIn = (row, column) => cells[row]?.[column]?.querySelector("input, textarea") ?? null;
const keyOf = (input) => input.name.split("-").slice(1, 3).join("-");
const of = (input) => fields.get(keyOf(input));
const unsaved = () => [...fields.values()].filter((field) => field.input.value !== field.stored);

// The state of a value becomes the way to its page.
function link(small, row, column) {
  const mark = document.createElement("a");
  mark.className = "mark";
  mark.href = `${rows[row].dataset.page}${years[column]}/`;
  mark.textContent = small.textContent;
  small.replaceWith(mark);
  return mark;
}

function take(input, row, column) {
  const mark = input.nextElementSibling;
  const key = keyOf(input);
  mark.id = `s-${key}`;
  input.setAttribute("aria-describedby", mark.id);
  // What came back after a sign-in is of no revision that the page shows: it waits to be saved.
  // What was typed before this script came is not stored either.
  const stored = mark.textContent.startsWith("✎") ? null : input.defaultValue;
  fields.set(key, { key, input, mark, row, column, stored, shown: mark.textContent });
  if (stored !== null && input.value !== stored) changed(input);
}

function nameOf(field) {
  const table = rows[field.row].closest("table");
  const year = table.tHead.rows[0].cells[field.column + 2].firstChild.textContent;
  const label = rows[field.row].querySelector("th[scope=row]").firstChild.textContent.trim();
  return `${label}（${year.trim()}）`;
}

function unitOf(row) {
  return row.querySelector("th[scope=row] .sub").textContent;
}

function tell(words) {
  document.getElementById("told").textContent = words;
}

// Shows a state in a sign and a word, and what there is to say of it below the field.
function show(field, state, words, ...lines) {
  const cell = field.input.closest("td");
  cell.dataset.state = state;
  field.mark.textContent = words;
  cell.querySelector(".said")?.remove();
  const wrong = state === "error" || state === "conflict";
  field.input.toggleAttribute("aria-invalid", wrong);
  if (wrong) field.input.setAttribute("aria-invalid", "true");
  field.input.setAttribute("aria-describedby", field.mark.id);
  if (!lines.length) return;
  const said = document.createElement("div");
  said.className = "said";
  said.id = `t-${field.key}`;
  said.append(...lines.map((line) => (typeof line === "string" ? paragraph(line) : line)));
  cell.append(said);
  field.input.setAttribute("aria-describedby", `${field.mark.id} ${said.id}`);
}

function paragraph(words) {
  const p = document.createElement("p");
  p.textContent = words;
  return p;
}

function button(words, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "quiet small";
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
}

// --- Saving --------------------------------------------------------------------------------------
function commit(input) {
  const field = of(input);
  if (input.value === field.stored) {
    if (input.closest("td").dataset.state !== "saved") show(field, "", field.shown);
    return;
  }
  const row = rows[field.row];
  const unit = unitOf(row);
  const decimals = Number(row.dataset.decimals);
  const reading = input.matches("textarea") ? {} : Numbers.read(input.value, unit, decimals);
  if (reading.error) {
    show(field, "error", "✕ 保存していません", reading.error);
    tell(`${nameOf(field)}：保存していません。${reading.error}`);
    return;
  }
  save(field);
}

function save(field) {
  if (stopped) return show(field, "error", "✕ 保存していません"); // `again` saves it
  queue.add(field.key);
  show(field, "saving", "… 保存中");
  saving = saving.then(saveNext);
}

async function saveNext() {
  const [key] = queue;
  if (key === undefined || stopped) return;
  queue.delete(key);
  const field = fields.get(key);
  const sent = field.input.value;
  const answer = await send([key]);
  if (answer) apply(field, answer.cells[key], sent);
}

// All that is unsaved is sent along, so that a sign-in in between loses none of it; `keys` are saved.
async function send(keys, more = {}) {
  const body = new FormData();
  body.append("csrfmiddlewaretoken", grid.querySelector("[name=csrfmiddlewaretoken]").value);
  const typed = new Map(unsaved().map((field) => [field.input.name, field.input.value]));
  for (const [name, words] of Object.entries(more.typed ?? {})) typed.set(name, words);
  for (const [name, words] of typed) body.append(name, words);
  for (const key of keys) body.append("only", key);
  if (more.preview) body.append("preview", "1");
  const answer = await fetch(location.pathname, { method: "POST", body, redirect: "manual" })
    .catch(() => null);
  const json = answer?.ok ? await answer.json().catch(() => null) : null;
  if (!json) stop(answer?.type === "opaqueredirect" ? SIGNED_OUT : NO_ANSWER);
  return json;
}

function apply(field, told, sent) {
  const { input } = field;
  if (["error", "conflict", "why"].includes(told.told)) return refuse(field, told);
  field.stored = told.shown;
  field.shown = told.mark;
  const changedSince = input.value !== sent;
  input.name = told.name;
  if (!changedSince) input.value = told.shown;
  const words = told.warnings.length ? "！ 保存済み・注意" : "✓ 保存済み";
  if (changedSince) commit(input);
  else show(field, "saved", `${words} ${told.mark}`, ...told.warnings);
  tell(`${nameOf(field)}：保存しました。${told.warnings.join("")}`);
}

function refuse(field, told) {
  if (told.told === "why") {
    show(field, "error", "✎ 理由が必要", "詳細の欄で理由を選んで保存します。");
    open(field);
  } else if (told.told === "conflict") {
    const mine = field.input.value;
    show(field, "conflict", "⇄ 先に変更あり", told.theirs, `あなたの値：${mine || "（空）"}`,
      button("自分の値にする", () => { field.input.name = told.name; field.input.focus(); save(field); }),
      button("相手の値にする", () => settle(field, told.name, told.shown, told.mark)));
  } else {
    show(field, "error", "✕ 保存していません", told.message);
  }
  tell(`${nameOf(field)}：保存していません。${told.theirs || told.message}`);
}

// Takes over what stands on the server.
function settle(field, name, shown, mark) {
  Object.assign(field, { stored: shown, shown: mark });
  field.input.name = name;
  field.input.value = shown;
  show(field, "saved", mark);
  field.input.focus();
}

function stop(words) {
  stopped = true;
  queue.clear();
  for (const field of unsaved()) show(field, "error", "✕ 保存していません");
  lost.hidden = false;
  lost.querySelector("[role=alert]").textContent = words;
}

async function again() {
  const answer = await fetch(location.href, { redirect: "manual" }).catch(() => null);
  if (!answer?.ok) return stop(answer ? SIGNED_OUT : NO_ANSWER);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (page.getElementById("grid")?.dataset.person !== grid.dataset.person) return stop(SOMEBODY_ELSE);
  const token = page.querySelector("#grid [name=csrfmiddlewaretoken]").value;
  for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = token;
  stopped = false;
  lost.hidden = true;
  for (const field of unsaved()) commit(field.input);
}

// --- Keys ----------------------------------------------------------------------------------------
function move(field, down, right) {
  let [row, column] = [field.row + down, field.column + right];
  while (cells[row]?.[column] && !fieldIn(row, column)) [row, column] = [row + down, column + right];
  const next = fieldIn(row, column);
  if (!next) return commit(field.input);
  next.focus();
  next.select();
}

function atEdge(input, forward) {
  const { selectionStart, selectionEnd, value } = input;
  const all = selectionStart === 0 && selectionEnd === value.length;
  return all || (selectionStart === selectionEnd && selectionStart === (forward ? value.length : 0));
}

const STEPS = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] };

function press(event) {
  const input = event.target;
  if (event.isComposing || event.keyCode === 229 || !input.matches("input, textarea")) return;
  const field = of(input);
  if (event.key === "Enter" && event.ctrlKey) {
    event.preventDefault();
    open(field);
  } else if (event.key === "Enter" && event.altKey && input.matches("textarea")) {
    event.preventDefault();
    input.setRangeText("\n", input.selectionStart, input.selectionEnd, "end");
    changed(input);
  } else if (event.key === "Enter") {
    event.preventDefault();
    move(field, event.shiftKey ? -1 : 1, 0);
  } else if (event.key === "Escape" && field.stored !== null && input.value !== field.stored) {
    input.value = field.stored;
    show(field, "", field.shown);
  } else if (STEPS[event.key] && !event.ctrlKey && !event.shiftKey && !event.altKey && !event.metaKey) {
    const [down, right] = STEPS[event.key];
    if ((right || input.matches("textarea")) && !atEdge(input, down + right > 0)) return;
    event.preventDefault();
    move(field, down, right);
  }
}

function changed(input) {
  const field = of(input);
  if (input.value === field.stored) show(field, "", field.shown);
  else show(field, "unsaved", "✎ 未保存");
}

// --- The panel of one value ----------------------------------------------------------------------
let opened = null; // whose panel it is, and what its form said at first
const saidIn = (form) => new URLSearchParams(new FormData(form)).toString();
const panelForm = () => panel.querySelector("form");
const panelChanged = () => !panel.hidden && panelForm() && saidIn(panelForm()) !== opened?.said;

async function open(field, href = field.mark.href) {
  if (panelChanged() && !window.confirm(LEAVE)) return;
  await saving;
  const answer = await fetch(`${href}?part=panel`, { redirect: "manual" }).catch(() => null);
  if (!answer?.ok) return stop(answer?.type === "opaqueredirect" ? SIGNED_OUT : NO_ANSWER);
  fill(field, href, await answer.text());
  const form = panelForm();
  const own = field && form?.elements.value;
  if (own && field.input.value !== field.stored) {
    own.value = field.input.value;
    form.elements.state.value = "";
  }
  (own && form.elements.why_code && own.value !== own.defaultValue
    ? form.elements.why_code : panel.querySelector("h2")).focus();
}

function fill(field, href, html) {
  panel.innerHTML = html;
  panel.hidden = false;
  document.body.classList.add("with-panel");
  const form = panelForm();
  opened = { field, href, said: form ? saidIn(form) : "" };
  form?.addEventListener("submit", (event) => { event.preventDefault(); sendPanel(form); });
}

async function sendPanel(form) {
  const { field, href } = opened;
  const answer = await fetch(`${href}?part=panel`, { method: "POST", body: new FormData(form) })
    .catch(() => null);
  const html = answer?.ok ? await answer.text() : "";
  const root = new DOMParser().parseFromString(html, "text/html").querySelector(".value");
  if (!root) return stop(answer?.ok ? SIGNED_OUT : NO_ANSWER);
  fill(field, href, html);
  if (answer.redirected && field) {
    const { name, shown, mark } = root.dataset;
    Object.assign(field, { stored: shown, shown: mark });
    field.input.name = name;
    field.input.value = shown;
    show(field, "saved", `✓ 保存済み ${mark}`);
  }
  (panel.querySelector(".error-summary") ?? panel.querySelector("h2")).focus();
}

function close() {
  if (panelChanged() && !window.confirm(LEAVE)) return;
  panel.hidden = true;
  document.body.classList.remove("with-panel");
  (opened?.field?.input ?? opened?.link)?.focus();
  opened = null;
}

// --- Pasting a block -----------------------------------------------------------------------------
// Returns the rows of what Excel puts into the clipboard: cells with tabs, breaks or quotes are quoted.
function block(text) {
  const found = [[]];
  const part = /(?:"((?:[^"]|"")*)"|([^\t\r\n]*))(\t|\r\n|\n|\r|$)/y;
  while (part.lastIndex < text.length) {
    const [, quoted, plain, end] = part.exec(text);
    found.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end && end !== "\t" && part.lastIndex < text.length) found.push([]);
  }
  return found;
}

async function pasted(event) {
  const input = event.target;
  const text = event.clipboardData.getData("text/plain").replace(/[\r\n]+$/, "");
  if (!input.matches("input, textarea") || !/[\t\n]/.test(text)) return;
  event.preventDefault();
  const start = of(input);
  const found = { typed: {}, keys: [], empty: 0, beyond: 0, shut: [] };
  block(text).forEach((line, down) => line.forEach((words, right) => {
    const [row, column] = [start.row + down, start.column + right];
    const target = fieldIn(row, column);
    if (!words.trim()) found.empty += 1;
    else if (!cells[row]?.[column]) found.beyond += 1;
    else if (!target) found.shut.push([nameOf({ row, column }), cells[row][column].firstChild.textContent, words]);
    else {
      found.typed[target.name] = words;
      found.keys.push(keyOf(target));
    }
  }));
  await preview(start, found);
}

const RESULTS = {
  new: "新しい値", changed: "変更", cleared: "消去", conflict: "⇄ 先に変更あり：保存しません",
  error: "✕ 保存しません", why: "✕ 確定した値です：1件ずつ理由を付けて直してください",
};

async function preview(start, found) {
  const answer = found.keys.length ? await send(found.keys, { typed: found.typed, preview: true }) : { cells: {} };
  if (!answer) return;
  const body = paste.querySelector("tbody");
  body.replaceChildren();
  const kept = found.keys.filter((key) => ["new", "changed", "cleared"].includes(answer.cells[key].told));
  const same = found.keys.filter((key) => answer.cells[key].told === "unchanged");
  for (const key of found.keys) {
    const told = answer.cells[key];
    if (told.told === "unchanged") continue;
    const notes = [told.theirs || told.message, ...told.warnings.map((words) => `！ ${words}`)];
    const field = fields.get(key);
    const unit = unitOf(rows[field.row]);
    const made = line(nameOf(field), told.shown, told.wanted, RESULTS[told.told], notes, unit);
    made.className = kept.includes(key) ? "kept" : "refused";
    body.append(made);
  }
  for (const [name, now, words] of found.shut) {
    const made = line(name, now, words, "✕ 入力できない欄：保存しません", [], "");
    made.className = "refused";
    body.append(made);
  }
  const refused = found.keys.length - kept.length - same.length + found.shut.length;
  const unused = counted([["空の欄", found.empty], ["表の外の欄", found.beyond]]);
  paste.querySelector(".lead").textContent = "まだ保存していません。"
    + `${counted([["保存する値", kept.length], ["同じ値", same.length], ["保存できない値", refused]])}。`
    + (unused && `${unused}は使いません。`);
  paste.querySelector("[role=alert]").textContent = "";
  const act = paste.querySelector("[value=save]");
  act.textContent = `${kept.length}件を保存する`;
  act.hidden = !kept.length;
  act.onclick = () => savePasted(start, found, kept);
  if (!paste.open) paste.showModal();
  paste.querySelector("h2").focus();
}

// Names what there is any of, each with how many.
function counted(all) {
  return all.filter(([, count]) => count).map(([words, count]) => `${words}${count}件`).join("、");
}

function line(name, now, wanted, result, notes, unit) {
  const row = document.createElement("tr");
  const [label, year] = name.split(/（(?=[^（]*）$)/);
  const measured = (words) => (/^△?[0-9,.]+$/.test(words) ? words + unit : words || "－");
  [label, year.slice(0, -1), measured(now.trim()), measured(wanted)].forEach((words, place) => {
    const cell = row.insertCell();
    cell.textContent = words;
    if (place > 1) cell.dataset.name = place === 2 ? "いまの値" : "貼り付ける値";
  });
  row.cells[2].className = row.cells[3].className = "amount";
  const last = row.insertCell();
  last.className = "wrap";
  last.append(paragraph(result), ...notes.filter(Boolean).map(paragraph));
  return row;
}

// All or none: where somebody was faster meanwhile, the preview says so and nothing is saved.
async function savePasted(start, found, kept) {
  const answer = await send(kept, { typed: found.typed });
  if (!answer) return paste.close();
  if (answer.refused) {
    await preview(start, found);
    paste.querySelector("[role=alert]").textContent = "その間に変わった値があるため、まだ何も保存していません。";
    return;
  }
  for (const key of kept) {
    const field = fields.get(key);
    field.input.value = answer.cells[key].wanted;
    apply(field, answer.cells[key], field.input.value);
  }
  paste.close();
  start.input.focus();
  tell(`${kept.length}件の値を保存しました。`);
}

// --- Beginning -----------------------------------------------------------------------------------
cells.forEach((line, row) => line.forEach((cell, column) => {
  const small = cell.querySelector("small");
  if (small) link(small, row, column);
  const input = fieldIn(row, column);
  if (input) take(input, row, column);
}));
for (const made of document.querySelectorAll(".without-script")) made.remove();
grid.addEventListener("input", (event) => changed(event.target));
grid.addEventListener("change", (event) => commit(event.target));
grid.addEventListener("keydown", press);
grid.addEventListener("paste", pasted);
grid.addEventListener("submit", (event) => event.preventDefault());
grid.addEventListener("click", (event) => {
  const mark = event.target.closest("a.mark");
  if (!mark || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const field = [...fields.values()].find((one) => one.mark === mark) ?? null;
  open(field, mark.href).then(() => { if (opened) opened.link = mark; });
});
panel.addEventListener("click", (event) => { if (event.target.closest("[value=close]")) close(); });
panel.addEventListener("keydown", (event) => { if (event.key === "Escape" && !event.isComposing) close(); });
paste.querySelector("[value=close]").addEventListener("click", () => paste.close());
lost.querySelector("button").addEventListener("click", again);
window.addEventListener("beforeunload", (event) => {
  if (unsaved().length || panelChanged()) event.preventDefault();
});
