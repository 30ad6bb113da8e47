/* Solves the puzzle of a page that asks for one, in a worker; who presses before it is done is sent on when it is. */

const told = document.querySelector("[data-puzzle]");
const form = told?.closest("form");

if (form && globalThis.crypto?.subtle && globalThis.Worker) {
  const { puzzle, parts, worker, done } = told.dataset;
  const solved = form.elements.namedItem("solved");
  const solver = new Worker(worker, { type: "module" });
  let pressed = null;

  const patience = form.querySelector("[data-patience]");
  patience.hidden = true;
  told.hidden = false;

  const hold = (event) => {
    const { name, value } = event.submitter ?? {};
    // Back, and all other ways, stay open.
    if (name === "go" && value !== "send") return;
    event.preventDefault();
    pressed = event.submitter ?? form;
    event.submitter?.setAttribute("aria-disabled", "true");
  };
  form.addEventListener("submit", hold);

  const over = () => {
    form.removeEventListener("submit", hold);
    pressed?.removeAttribute("aria-disabled");
    solver.terminate();
  };

  solver.addEventListener("message", ({ data }) => {
    solved.value = data;
    over();
    told.textContent = done;
    if (pressed) form.requestSubmit(pressed === form ? undefined : pressed);
  });
  solver.addEventListener("error", () => {
    over();
    told.hidden = true;
    patience.hidden = false;
  });
  const token = form.elements.namedItem("proof").value;
  solver.postMessage({ token, bits: Number(puzzle), parts: Number(parts) });
}
