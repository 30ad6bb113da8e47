/* Sends a form the place a person stands at, or chose on the map, instead of a typed address.

   <button type="button" hidden data-locate data-form="#find"
           data-working="…"    said while the device looks
           data-refused="…"    said when the person or the device says no
           data-unfound="…"    said when the device does not know (else `data-refused`)
           data-vague="…">     said when it knows only within kilometres (else `data-unfound`)
   <div data-map data-pick-form="#find">  the map's `byname:point` fills and sends that form

   What is said appears in the form's `[data-told]`, a polite live region, else in one made after the button.
   The form's hidden inputs `lat` and `lon` are made where it has none. Nothing is stored. */

const TOO_VAGUE_METRES = 1000; // neighbourhoods are about two kilometres across: a vaguer point would name the wrong team
const PATIENCE_MS = 20000;

function hiddenInput(form, name) {
  const there = form.elements.namedItem(name);
  if (there) return there;
  const made = Object.assign(document.createElement("input"), { type: "hidden", name, autocomplete: "off" });
  form.append(made);
  return made;
}

function send(form, lat, lon) {
  for (const [name, degrees] of [
    ["lat", lat],
    ["lon", lon],
  ]) {
    const input = hiddenInput(form, name);
    input.disabled = false;
    input.value = degrees.toFixed(5);
  }
  form.submit();
}

/* `form.submit()` fires no `submit`, so this leaves the point out only when somebody types: otherwise a point sent
   before, and still there after the Back button, would go along with the new address. */
function forgetThePointWhenTyped(form) {
  form.addEventListener("submit", () => {
    for (const name of ["lat", "lon"]) hiddenInput(form, name).disabled = true;
  });
}

function offerLocation(button) {
  const form = document.querySelector(button.dataset.form);
  const { working, refused, unfound = refused, vague = unfound } = button.dataset;
  let said = form.querySelector("[data-told]");
  if (!said) {
    said = document.createElement("p");
    said.className = "small";
    said.setAttribute("role", "status");
    button.after(said);
  }
  let looking = false;

  const stop = (sentence) => {
    looking = false;
    button.removeAttribute("aria-disabled");
    said.textContent = sentence;
  };
  button.addEventListener("click", () => {
    if (looking) return;
    looking = true;
    // Not `disabled`: that would throw a keyboard's focus away.
    button.setAttribute("aria-disabled", "true");
    said.textContent = working;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        if (coords.accuracy > TOO_VAGUE_METRES) {
          stop(vague);
        } else {
          stop("");
          send(form, coords.latitude, coords.longitude);
        }
      },
      (problem) => stop(problem.code === problem.PERMISSION_DENIED ? refused : unfound),
      { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: 60000 },
    );
  });
  button.hidden = false;
}

for (const form of new Set(
  Array.from(document.querySelectorAll("[data-locate][data-form], [data-pick-form]"), (asker) =>
    document.querySelector(asker.dataset.form ?? asker.dataset.pickForm),
  ),
)) {
  if (form) forgetThePointWhenTyped(form);
}

if (window.isSecureContext && navigator.geolocation) {
  for (const button of document.querySelectorAll("button[data-locate]")) offerLocation(button);
}

document.addEventListener("byname:point", (event) => {
  const form = event.target.dataset?.pickForm && document.querySelector(event.target.dataset.pickForm);
  if (form && !event.defaultPrevented) send(form, event.detail.lat, event.detail.lon);
});
