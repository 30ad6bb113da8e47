// Keys for the list of concerns: each moves to, or opens, a link or field that stands on the page anyway.
const lines = [...document.querySelectorAll(".heard a")];
const which = document.querySelector(".which");
const keys = document.querySelector("[data-keys]");

const move = (step) => {
  const here = lines.indexOf(document.activeElement);
  const next = here < 0 ? lines[0] : lines[here + step];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "/" && which) {
    which.open = true;
    which.querySelector("input").focus();
  } else if (event.key === "?" && keys) location.assign(keys.href);
  else return;
  event.preventDefault();
});
