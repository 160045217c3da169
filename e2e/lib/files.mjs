// Real files, made by the browser itself: a picture, a sticker, a film, sound; and a small PDF.

/** @typedef {{bytes: Buffer, type: string, name: string}} Made */

/**
 * @param {import("playwright-core").Page} page any page of a browser
 * @returns {Promise<Record<"picture" | "sticker" | "film" | "sound" | "paper", Made>>}
 */
export async function makeFiles(page) {
  const made = await page.evaluate(async () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [640, 400];
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const paint = (/** @type {number} */ n) => {
      const sky = pen.createLinearGradient(0, 0, 0, 400);
      for (const [at, colour] of /** @type {Array<[number, string]>} */ ([[0, "#f6c489"], [0.55, "#f2e3c6"], [0.56, "#2b6a8a"], [1, "#123c58"]])) sky.addColorStop(at, colour);
      pen.fillStyle = sky;
      pen.fillRect(0, 0, 640, 400);
      pen.fillStyle = "#fff3d0";
      pen.beginPath();
      pen.arc(120 + n * 12, 150, 44, 0, 7);
      pen.fill();
    };
    const base64 = async (/** @type {Blob} */ blob) => {
      const bytes = new Uint8Array(await blob.arrayBuffer());
      let text = "";
      for (const byte of bytes) text += String.fromCharCode(byte);
      return btoa(text);
    };
    const still = (/** @type {string} */ type) => new Promise((resolve) => canvas.toBlob((blob) => resolve(base64(/** @type {Blob} */ (blob))), type, 0.8));
    const record = (/** @type {MediaStream} */ stream, /** @type {string} */ mimeType, /** @type {() => void} */ step) => new Promise((resolve) => {
      const recorder = new MediaRecorder(stream, { mimeType });
      /** @type {Blob[]} */
      const parts = [];
      let n = 0;
      recorder.ondataavailable = (event) => parts.push(event.data);
      recorder.onstop = () => resolve(base64(new Blob(parts)));
      recorder.start();
      const timer = setInterval(() => {
        step();
        if ((n += 1) < 20) return;
        clearInterval(timer);
        recorder.stop();
      }, 50);
    });
    paint(0);
    const picture = await still("image/jpeg");
    let n = 0;
    const film = await record(canvas.captureStream(20), "video/mp4", () => paint((n += 1)));
    const audio = new AudioContext();
    const out = audio.createMediaStreamDestination();
    const tone = audio.createOscillator();
    tone.connect(out);
    tone.start();
    const sound = await record(out.stream, "audio/mp4", () => {});
    [canvas.width, canvas.height] = [512, 512];
    pen.font = "380px sans-serif";
    pen.fillStyle = "#3d3a9e";
    pen.fillText("☎", 60, 390);
    return { picture, film, sound, sticker: await still("image/webp") };
  });
  const file = (/** @type {string} */ text, /** @type {string} */ type, /** @type {string} */ name) => ({ bytes: Buffer.from(text, "base64"), type, name });
  const paper = Buffer.from("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n");
  return {
    picture: file(made.picture, "image/jpeg", "sea.jpg"), sticker: file(made.sticker, "image/webp", "telephone.webp"),
    film: file(made.film, "video/mp4", "sea.mp4"), sound: file(made.sound, "audio/mp4", "tone.m4a"),
    paper: { bytes: paper, type: "application/pdf", name: "house-rules.pdf" },
  };
}
