/* For each part of a puzzle, finds the number with which the part's SHA-256 begins with so many zero bits. */

const AT_ONCE = 64;
const letters = new TextEncoder();

const fits = (digest, bits) => new DataView(digest).getUint32(0) >>> (32 - bits) === 0;

const digested = (text) => crypto.subtle.digest("SHA-256", letters.encode(text));

async function found(before, bits) {
  for (let first = 0; ; first += AT_ONCE) {
    const tries = Array.from({ length: AT_ONCE }, (_, step) => digested(`${before}${first + step}`));
    const step = (await Promise.all(tries)).findIndex((digest) => fits(digest, bits));
    if (step >= 0) return first + step;
  }
}

addEventListener("message", async ({ data: { token, bits, parts } }) => {
  const numbers = [];
  for (let part = 0; part < parts; part += 1) numbers.push(await found(`${token}:${part}:`, bits));
  postMessage(numbers.join("."));
});
