// Shows how far a document is without a reload. Without this script the page has a link for it, and
// where scripts are off it reloads itself.
const EVERY = 2000;
// It tells the portal that nobody has asked: following a document keeps no session from ending.
const HEADERS = { Accept: "text/html", "X-Unattended": "1" };

const told = document.getElementById("told");
// A failure is an alert, which says itself.
const wordsOf = (shown) => shown.querySelector(".notice")?.textContent.trim() ?? "";

async function follow() {
  const shown = document.getElementById("rendering");
  if (!("active" in shown.dataset)) return;
  try {
    const answer = await fetch(location.href, { headers: HEADERS });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.getElementById("rendering");
    // Signed out meanwhile, or an error: the page itself says so.
    if (!now) return location.reload();
    // Said when it is something else, and once: how far the parts are is not read out each time.
    if (wordsOf(now) !== wordsOf(shown)) told.textContent = wordsOf(now);
    const ended = !("active" in now.dataset);
    const focused = shown.contains(document.activeElement);
    if (now.outerHTML !== shown.outerHTML && (ended || !focused)) shown.replaceWith(now);
    if (ended) document.querySelector("h1").focus();
  } catch {
    // No answer: the next one may come.
  }
  setTimeout(follow, EVERY);
}

setTimeout(follow, EVERY);
