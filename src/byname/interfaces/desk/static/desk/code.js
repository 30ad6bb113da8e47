// Counts the seconds down, and asks for the next code when the minute is over.
const line = document.getElementById("left");
const shown = line.querySelector("b");
const ends = performance.now() + Number(line.dataset.left) * 1000;

const timer = setInterval(() => {
  const left = Math.ceil((ends - performance.now()) / 1000);
  if (left > 0) {
    line.replaceChildren("A new code comes in ", shown, left === 1 ? " second." : " seconds.");
    shown.textContent = left;
    return;
  }
  clearInterval(timer);
  // Nobody looks: the next code waits until somebody does, and the desk may sign itself out.
  if (!document.hidden) location.replace(line.dataset.next);
  else document.addEventListener("visibilitychange", () => location.replace(line.dataset.next), { once: true });
}, 250);
