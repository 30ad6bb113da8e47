// A phone's photo may be larger than byname takes: it is made smaller here, before it is sent.
const LARGEST = 4_500_000;
const LONGEST_SIDE = 2400;
const input = document.getElementById("id_photo");
const said = document.getElementById("photo-said");

async function smaller(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
  return new File([blob], "photo.jpg", { type: "image/jpeg" });
}

input.addEventListener("change", async () => {
  const [file] = input.files;
  said.textContent = "";
  if (!file || file.size <= LARGEST) return;
  try {
    said.textContent = "Making the photo smaller …";
    const held = new DataTransfer();
    held.items.add(await smaller(file));
    input.files = held.files;
    said.textContent = "The photo was large; it was made smaller, and is ready.";
  } catch {
    said.textContent = "This photo is too large, and could not be made smaller here. Choose another, or save it smaller.";
  }
});
