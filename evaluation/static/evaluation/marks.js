// The drafter's hand. A form of marks is boxes to tick, one for each word; it works without this script,
// which adds the mouse's selection, arrow keys, and the form in the table's own row.
const boxesOf = (form) => [...form.querySelectorAll(".word-boxes")].map((side) => [...side.querySelectorAll("input")]);
const wordOf = (box) => box.nextElementSibling.textContent;
const begin = (form) => (form.querySelector(".word-boxes input:checked") ?? form.querySelector(".word-boxes input")).focus();

// What is ticked, one digit a character: the same by word and by character.
const stateOf = (form) => JSON.stringify([
  form.elements.why.value,
  boxesOf(form).map((boxes) => boxes.map((box) => (box.checked ? "1" : "0").repeat(wordOf(box).length)).join("")),
]);

// `close` leaves the form in the table's row; `first` is what was ticked when it was opened there.
function enhance(form, close, first = stateOf(form)) {
  const status = form.querySelector(".said");
  const sides = boxesOf(form);
  const say = (words) => { status.textContent = words; };
  const sideOf = (box) => sides.find((boxes) => boxes.includes(box));
  const leave = () => {
    if (first === stateOf(form) || window.confirm("引き直した下線を保存せずに閉じますか。")) close();
  };

  function set(boxes, ticked) {
    for (const box of boxes) box.checked = ticked;
    const words = boxes.map(wordOf).join("");
    if (words) say(`「${words}」${ticked ? "に下線を引きました" : "の下線を外しました"}`);
  }

  function selected() {
    const selection = window.getSelection();
    if (selection.isCollapsed || !form.contains(selection.anchorNode)) return [];
    // A word that the selection only touches is not selected.
    return sides.flat().filter((box) => {
      const word = box.nextElementSibling;
      if (!selection.containsNode(word, true)) return false;
      const part = selection.getRangeAt(0).cloneRange();
      if (!word.contains(part.startContainer)) part.setStartBefore(word);
      if (!word.contains(part.endContainer)) part.setEndAfter(word);
      return part.toString() !== "";
    });
  }

  // From a box inside or before a mark to the next mark of its side: what lies between is marked too.
  function join(box) {
    const boxes = sideOf(box);
    const from = boxes.indexOf(box);
    const gap = boxes.findIndex((other, k) => k >= from && !other.checked);
    const next = boxes.findIndex((other, k) => gap >= 0 && k > gap && other.checked);
    if (next < 0) return say("この後に、つなげる下線がありません");
    const start = box.checked ? gap : from;
    return set(boxes.slice(start, next), true);
  }

  // The form comes again by character, or by word, with what is ticked; nothing is stored.
  async function again(button) {
    const sent = { method: "POST", body: new FormData(form, button) };
    const answer = await fetch(`${form.action}&part=form`, sent).catch(() => ({ ok: false }));
    if (!answer.ok || answer.redirected) return say("選び方を変えられませんでした。先に下線を保存してください");
    const cell = form.parentElement;
    cell.innerHTML = await answer.text();
    enhance(cell.querySelector("form"), close, first);
    return begin(cell.querySelector("form"));
  }

  function move(box, step, extend) {
    const boxes = sideOf(box);
    const place = boxes.indexOf(box);
    const next = boxes[place + step];
    if (!next) return;
    // Back into a mark from its end: it becomes narrower, as a selection does.
    const back = box.checked && next.checked && !boxes[place - step]?.checked;
    if (extend) set(back ? [box] : [next], box.checked && !back);
    next.focus();
  }

  // One stop for Tab on each side: a long text would be thousands. The arrow keys move it.
  function stop(box) {
    for (const other of sideOf(box)) other.tabIndex = other === box ? 0 : -1;
  }

  form.querySelector(".tools").hidden = false;
  for (const boxes of sides) if (boxes.length) stop(boxes.find((box) => box.checked) ?? boxes[0]);
  form.addEventListener("focusin", (event) => { if (event.target.matches(".word-boxes input")) stop(event.target); });
  if (close) {
    form.querySelector(".close").addEventListener("click", (event) => { event.preventDefault(); leave(); });
    form.addEventListener("submit", (event) => {
      if (event.submitter?.name !== "by") return;
      event.preventDefault();
      again(event.submitter);
    });
    // Wherever the keyboard is on the page; a form that was replaced or closed listens no more.
    document.addEventListener("keydown", function escape(event) {
      if (!form.isConnected) document.removeEventListener("keydown", escape);
      else if (event.key === "Escape" && !event.isComposing) leave();
    });
  }
  form.addEventListener("mousedown", (event) => { if (event.target.closest("[data-tool]")) event.preventDefault(); });
  form.addEventListener("click", (event) => {
    const tool = event.target.closest("[data-tool]")?.dataset.tool;
    if (!tool) {
      // A word is not ticked by the end of a selection inside it.
      const byMouse = event.detail > 0 && event.target.closest(".word-boxes label");
      if (byMouse && selected().length) event.preventDefault();
      return;
    }
    const active = sides.flat().includes(document.activeElement) ? document.activeElement : null;
    const boxes = selected();
    if (tool === "join") {
      const start = boxes[0] ?? active;
      if (start) join(start); else say("つなげたい下線の語を、先に選んでください");
      return;
    }
    const chosen = boxes.length ? boxes : [active].filter(Boolean);
    if (chosen.length) set(chosen, tool === "mark"); else say("先に文字をなぞって選んでください");
    window.getSelection().removeAllRanges();
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches(".word-boxes input")) set([event.target], event.target.checked);
  });
  form.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const box = event.target;
    if (!box.matches(".word-boxes input")) return;
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step) move(box, step, event.shiftKey);
    else if (event.key === "j" || event.key === "J") join(box);
    else return;
    event.preventDefault();
  });
}

let opening = false;

async function open(link) {
  const row = link.closest("tr");
  // One form at a time: what is ticked in it must not be lost, and its labels must be the only ones.
  const other = document.querySelector(".drawing .word-boxes input");
  if (other) { other.focus(); return; }
  if (opening) return;
  opening = true;
  const answer = await fetch(`${link.href}&part=form`).catch(() => ({ ok: false })).finally(() => { opening = false; });
  // A session that ended, or a draft that is none any more: the page itself says so.
  if (!answer.ok || answer.redirected) { location.assign(link.href); return; }
  const holder = row.insertAdjacentElement("afterend", document.createElement("tr"));
  holder.className = "drawing";
  const cell = holder.appendChild(document.createElement("td"));
  cell.colSpan = row.cells.length;
  cell.innerHTML = await answer.text();
  const form = cell.querySelector("form");
  const close = () => { holder.remove(); link.focus(); };
  enhance(form, close);
  begin(form);
}

for (const form of document.querySelectorAll("form.marks")) enhance(form);
document.addEventListener("click", (event) => {
  const link = event.target.closest("a.draw");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open(link);
});
// After saving, the page opens again at the row: what was done is said there, and the keyboard goes on.
const saved = location.hash.startsWith("#marks-") && document.getElementById(location.hash.slice(1));
if (saved) {
  const told = [...document.querySelectorAll("main > .notice[role=status]")];
  told.forEach((notice, k) => { notice.id = `told-${k}`; });
  if (told.length) saved.setAttribute("aria-describedby", told.map((notice) => notice.id).join(" "));
  saved.after(...told);
  saved.closest("tr").scrollIntoView({ block: "center" });
  saved.focus({ preventScroll: true });
}
