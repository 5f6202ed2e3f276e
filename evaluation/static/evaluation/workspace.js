// The editor's desk: the comparison of what is being typed, keys, and a word before anything typed is lost.
// Without this script all of it is links and buttons.
const PAUSE = 150; // milliseconds without a key, after which the words are compared

// Who signed in again in another tab got a new token against forged requests: the open page takes it over.
function renew(form) {
  const token = document.cookie.match(/csrftoken=([^;]+)/);
  if (token) form.elements.csrfmiddlewaretoken.value = token[1];
}

function live(form) {
  const text = form.elements.text;
  const field = text.closest(".field");
  const section = document.getElementById("comparison");
  const rows = section.querySelector(".rows");
  const state = section.querySelector(".state");
  const ended = section.querySelector(".ended");
  const { stored } = form.dataset; // the page may have come with words that are not saved
  let timer = 0;
  let asked = null; // what is being compared, so that a newer one may call it off
  let composing = false;

  // Said once: a reader of the screen hears a change of state, not every comparison.
  function tell(name) {
    if (state.textContent !== state.dataset[name]) state.textContent = state.dataset[name];
    ended.hidden = name !== "ended";
  }

  function refuse(errors) {
    field.querySelector(".errors")?.remove();
    field.classList.toggle("invalid", errors !== null);
    text.removeAttribute("aria-invalid");
    const error = `${text.id}_error`;
    const others = (text.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== error);
    const described = errors === null ? others : [...others, error];
    text.setAttribute("aria-describedby", described.join(" "));
    if (!described.length) text.removeAttribute("aria-describedby");
    if (errors === null) return;
    errors.className = "errors";
    errors.id = error;
    text.after(errors);
    text.setAttribute("aria-invalid", "true");
  }

  async function compare() {
    clearTimeout(timer);
    asked?.abort();
    const mine = new AbortController();
    asked = mine;
    renew(form);
    const answer = await fetch(form.dataset.live, {
      method: "POST", body: new FormData(form), signal: mine.signal, redirect: "manual",
    }).catch(() => ({ ok: false }));
    const html = answer.ok ? await answer.text().catch(() => "") : "";
    if (mine.signal.aborted) return;
    if (answer.type === "opaqueredirect") { tell("ended"); return; } // to the sign-in
    if (!html) { tell("lost"); return; }
    const part = document.createElement("template");
    part.innerHTML = html;
    const errors = part.content.querySelector(".refusals");
    refuse(errors);
    section.classList.toggle("outdated", errors !== null);
    if (!errors) rows.replaceChildren(part.content);
    if (errors) tell("refused"); else tell(text.value === stored ? "stored" : "unsaved");
  }

  function later() {
    clearTimeout(timer);
    asked?.abort();
    if (!composing) timer = setTimeout(compare, PAUSE);
  }

  text.addEventListener("compositionstart", () => { composing = true; later(); });
  text.addEventListener("compositionend", () => { composing = false; later(); });
  text.addEventListener("input", (event) => { if (!event.isComposing) later(); });
  text.addEventListener("keydown", (event) => { if (event.key === "Escape" && !event.isComposing) text.blur(); });
  form.querySelector(".compare").addEventListener("click", (event) => {
    event.preventDefault();
    compare();
    section.focus();
  });
  form.classList.add("is-live");
  // Who has just saved goes on writing where it was.
  if ("again" in form.dataset) text.focus();
}

function guard(form) {
  const said = () => {
    const fields = new FormData(form);
    fields.delete("csrfmiddlewaretoken"); // `renew` changes it, and nobody types it
    return new URLSearchParams(fields).toString();
  };
  const first = "unsaved" in form.dataset ? null : said(); // of what is not saved, all is lost
  let sent = false;
  form.addEventListener("submit", () => { sent = true; renew(form); });
  // A page that comes back from the browser's memory may be left with the guard on again.
  window.addEventListener("pageshow", () => { sent = false; });
  window.addEventListener("beforeunload", (event) => { if (!sent && said() !== first) event.preventDefault(); });
}

function press(event) {
  if (!event.altKey || event.isComposing || event.target.closest("input, textarea, select")) return;
  const keys = `Alt+${event.shiftKey ? "Shift+" : ""}${event.key}`;
  const target = document.querySelector(`[aria-keyshortcuts="${CSS.escape(keys)}"]`);
  if (!target) return;
  event.preventDefault();
  target.click();
}

// The tree beside the words is as high as the window: the open clause is to be seen in it.
function showOpenClause(tree) {
  const line = tree.querySelector("[aria-current]")?.closest("li");
  if (line) tree.scrollTop = line.offsetTop - tree.clientHeight / 2;
}

for (const tree of document.querySelectorAll(".clause-tree")) showOpenClause(tree);
for (const form of document.querySelectorAll("form[data-live]")) live(form);
for (const form of document.querySelectorAll("form[data-guarded]")) guard(form);
for (const keys of document.querySelectorAll(".keys")) keys.hidden = false;
document.addEventListener("keydown", press);
