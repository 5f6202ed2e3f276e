// While the page of a clause is open and seen, it says so every 20 seconds and shows who else is there.
// Without this script the page shows who was there when it was opened.
const place = document.querySelector("[data-presence]");
const EVERY = 20_000;

async function beat() {
  if (document.visibilityState !== "visible") return;
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(place.dataset.presence, { method: "POST", headers: { "X-CSRFToken": token } });
  if (!answer.ok || answer.redirected) {
    window.clearInterval(beating);
    return;
  }
  const { words } = await answer.json();
  const told = place.querySelector("[role=status]");
  if (told.textContent !== words) told.textContent = words;
  place.hidden = words === "";
}

const beating = window.setInterval(() => beat().catch(() => {}), EVERY);
