// A form with data-passkey asks the browser for a passkey ("get") or makes one ("create") before it is
// sent. data-options names the element with the server's options, or the address that gives them.
// Without a script the forms stay hidden.
const WORDS = {
  NotAllowedError: "パスキーの操作が取り消されたか、時間切れになりました。もう一度お試しください。",
  InvalidStateError: "この端末のパスキーは、すでに登録されています。",
  SecurityError: "このアドレスではパスキーを使えません。https:// か http://localhost で始まるアドレスで開いてください。",
};
const OTHERWISE = "パスキーを使えませんでした。別の方法をお試しください。";

async function options(source) {
  const element = document.getElementById(source);
  if (element) return JSON.parse(element.textContent).publicKey;
  const answer = await fetch(source, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.statusText);
  return (await answer.json()).request_options.publicKey;
}

async function credential(form) {
  const given = await options(form.dataset.options);
  if (form.dataset.passkey === "get") {
    return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(given) });
  }
  const alone = form.elements.passwordless.checked;
  given.authenticatorSelection = {
    ...given.authenticatorSelection,
    residentKey: alone ? "required" : "discouraged",
    requireResidentKey: alone,
    userVerification: alone ? "required" : given.authenticatorSelection.userVerification,
  };
  return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(given) });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const error = form.querySelector("[role=alert]");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    error.hidden = true;
    try {
      form.elements.credential.value = JSON.stringify((await credential(form)).toJSON());
      form.submit();
    } catch (reason) {
      error.textContent = WORDS[reason.name] ?? OTHERWISE;
      error.hidden = false;
    }
  });
}
