/* Leaves no trace in the tab's history where it can; prints, and shows what needs a script, where a page offers it. */

for (const link of document.querySelectorAll("a[data-leave]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    document.documentElement.hidden = true;
    window.location.replace(link.href);
  });
}

for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

for (const button of document.querySelectorAll("button[data-scripted]")) button.hidden = false;

document.getElementById("faults")?.querySelector("a")?.focus();
