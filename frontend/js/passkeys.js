// Passkeys: a form with data-passkey="get" or "create" asks the server what to sign, has the device sign it, and sends itself.
// With data-suggest the browser also offers the passkey among its suggestions in the field for the address.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
const known = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

function decoded(options) {
  const { user, excludeCredentials, allowCredentials } = options;
  return {
    ...options,
    challenge: bytes(options.challenge),
    ...(user && { user: { ...user, id: bytes(user.id) } }),
    ...(excludeCredentials && { excludeCredentials: known(excludeCredentials) }),
    ...(allowCredentials && { allowCredentials: known(allowCredentials) }),
  };
}

function encoded(credential) {
  const { response } = credential;
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const signed = parts.filter((name) => response[name]).map((name) => [name, text(response[name])]);
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { ...Object.fromEntries(signed), transports: response.getTransports?.() },
  });
}

async function asked(form) {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(form.dataset.options, { method: "POST", headers, body: form.dataset.body ?? "{}" });
  if (!answer.ok) throw new Error((await answer.json()).detail);
  return answer.json();
}

async function prove(form, more = {}) {
  const { challenge, options } = await asked(form);
  const request = { publicKey: decoded(options), ...more };
  const credential = await (form.dataset.passkey === "create" ? navigator.credentials.create(request) : navigator.credentials.get(request));
  form.elements.namedItem("challenge").value = challenge;
  form.elements.namedItem("credential").value = encoded(credential);
  form.submit();
}

const WORDS = { NotAllowedError: "cancelled", AbortError: "cancelled", SecurityError: "elsewhere", InvalidStateError: "known" };

function say(form, error) {
  const said = form.querySelector("[data-said]");
  said.textContent = form.dataset[WORDS[error.name] ?? "failed"];
  said.hidden = false;
}

async function suggest(form, waiting) {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  try {
    await prove(form, { mediation: "conditional", signal: waiting.signal });
  } catch (error) {
    // Nobody chose the suggestion, which is no failure; whoever presses the button is told.
    if (!WORDS[error.name]) console.warn(error);
  }
}

if (window.PublicKeyCredential) {
  const waiting = new AbortController();
  for (const note of document.querySelectorAll("[data-passkey-missing]")) note.hidden = true;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      waiting.abort();
      form.querySelector("[data-said]").hidden = true;
      prove(form).catch((error) => say(form, error));
    });
    if (form.dataset.suggest !== undefined) suggest(form, waiting);
  }
}
