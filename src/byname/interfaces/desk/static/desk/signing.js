// Passkeys: asks the browser, and sends what it answers with the form. Everything else works without this file.

const read = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

const written = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const known = (credentials) => (credentials ?? []).map((one) => ({ ...one, id: read(one.id) }));

const QUESTIONS = {
  get: (asked) =>
    navigator.credentials.get({
      publicKey: { ...asked, challenge: read(asked.challenge), allowCredentials: known(asked.allowCredentials) },
    }),
  create: (asked) =>
    navigator.credentials.create({
      publicKey: {
        ...asked,
        challenge: read(asked.challenge),
        user: { ...asked.user, id: read(asked.user.id) },
        excludeCredentials: known(asked.excludeCredentials),
      },
    }),
};

const SAID = {
  NotAllowedError: "Nothing happened: the passkey was not used. You can try again.",
  InvalidStateError: "This device holds a passkey of yours already.",
  SecurityError: "Passkeys work only at this site's own name, over a safe connection (https).",
};

function answered(credential) {
  const parts = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) parts[name] = written(credential.response[name]);
  }
  return {
    id: credential.id,
    rawId: written(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? null,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: parts,
  };
}

async function options(form) {
  if (form.dataset.options) return JSON.parse(document.getElementById(form.dataset.options).textContent);
  const answer = await fetch(form.dataset.ask, { headers: { Accept: "application/json" } });
  return (await answer.json()).request_options;
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const says = form.querySelector("[data-says]");
  const button = form.querySelector("button");
  if (!window.PublicKeyCredential) {
    button.disabled = true;
    says.textContent = "This browser has no passkeys.";
    const instead = document.querySelector("details.instead");
    if (instead) instead.open = true;
    continue;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    says.textContent = "";
    button.disabled = true;
    try {
      const { publicKey } = await options(form);
      const credential = await QUESTIONS[form.dataset.passkey](publicKey);
      form.elements.credential.value = JSON.stringify(answered(credential));
      form.submit();
    } catch (fault) {
      says.textContent = SAID[fault.name] ?? "That did not work. Please load the page again.";
      button.disabled = false;
    }
  });
}
