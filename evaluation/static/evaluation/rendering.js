// Shows how far a document is without a reload. Without this script the page has a link for it, and
// where scripts are off it reloads itself.
const EVERY = 2000;

async function follow() {
  const shown = document.getElementById("rendering");
  if (!("active" in shown.dataset)) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.getElementById("rendering");
    // Signed out meanwhile, or an error: the page itself says so.
    if (!now) return location.reload();
    const focused = shown.contains(document.activeElement);
    if (now.outerHTML !== shown.outerHTML && !(focused && "active" in now.dataset)) shown.replaceWith(now);
  } catch {
    // No answer: the next one may come.
  }
  setTimeout(follow, EVERY);
}

setTimeout(follow, EVERY);
