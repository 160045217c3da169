// @ts-check
// Recording a voice message. Only formats that the exchange carries are recorded; a browser that
// has none of them is told so, and a sound file can be chosen instead.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { accepts, judge, upload } from "./late-upload.js";
import { Sheet } from "./view-parts.js";

/** Formats in the order they are tried, with the name a file of it gets. */
const FORMATS = [["audio/ogg;codecs=opus", "ogg"], ["audio/mp4;codecs=mp4a.40.2", "m4a"], ["audio/mp4;codecs=opus", "m4a"], ["audio/mp4", "m4a"]];
/** A voice message is at most this long: it stays well below the largest file. */
const LONGEST_MS = 15 * 60_000;

/** The first format that this browser records. */
const format = () => (globalThis.MediaRecorder ? FORMATS.find(([type]) => MediaRecorder.isTypeSupported(type)) : undefined);

const clock = (/** @type {number} */ ms) => `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;

/** @param {import('./late-answers.js').Props} props */
export function VoiceSheet({ cx, chat, onClose }) {
  const [state, setState] = useState(/** @type {"ready" | "recording" | "done"} */ ("ready"));
  const [ms, setMs] = useState(0);
  const [why, setWhy] = useState("");
  const [kept, setKept] = useState(/** @type {{file: File, url: string} | null} */ (null));
  const live = useRef(/** @type {{recorder: MediaRecorder, stream: MediaStream} | null} */ (null));
  const chosen = format();
  const end = () => {
    live.current?.stream.getTracks().forEach((track) => track.stop());
    live.current = null;
  };
  useEffect(() => end, []);
  useEffect(() => () => { if (kept) URL.revokeObjectURL(kept.url); }, [kept]);
  useEffect(() => {
    if (state !== "recording") return;
    const began = Date.now();
    const timer = setInterval(() => {
      setMs(Date.now() - began);
      if (Date.now() - began > LONGEST_MS) live.current?.recorder.stop();
    }, 250);
    return () => clearInterval(timer);
  }, [state]);

  const record = async () => {
    if (!chosen) return;
    setWhy("");
    setKept(null);
    setMs(0);
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const recorder = new MediaRecorder(stream, { mimeType: chosen[0], audioBitsPerSecond: 32_000 });
      /** @type {Blob[]} */
      const parts = [];
      recorder.addEventListener("dataavailable", (event) => { if (event.data.size > 0) parts.push(event.data); });
      recorder.addEventListener("stop", () => {
        end();
        const file = new File(parts, `voice.${chosen[1]}`, { type: chosen[0].replace(";", "; ") });
        const { kind, why: wrong } = judge(file);
        setState(kind ? "done" : "ready");
        if (kind) setKept({ file, url: URL.createObjectURL(file) });
        else setWhy(wrong);
      });
      live.current = { recorder, stream };
      recorder.start();
      setState("recording");
    } catch {
      end();
      setWhy("This browser was not allowed to record, or has no microphone. A sound file can be sent instead.");
    }
  };
  const send = (/** @type {() => void} */ close) => {
    if (kept) upload(cx, chat.chat, kept.file, { kind: "audio", voice: true, context_seq: cx.replyTo.value });
    cx.replyTo.value = null;
    close();
  };
  return html`<${Sheet} title="Voice message" onClose=${onClose}>${(/** @type {() => void} */ close) => html`
    ${!chosen && html`<p>This browser records only in formats that are not carried here. Record with another program and send the sound file (AAC, AMR, MP3, MP4 or Ogg).</p>`}
    ${state === "recording" && html`<p class="recording"><span class="recording-mark" aria-hidden="true"></span>Recording, <span class="num">${clock(ms)}</span></p>`}
    ${state === "done" && kept && html`<audio class="recorded" controls src=${kept.url} aria-label="Your recording"></audio>`}
    ${why && html`<p class="error-text" role="alert">${why}</p>`}
    <div class="actions">
      ${chosen && state === "ready" && html`<button type="button" class="button" onClick=${record}>Record</button>`}
      ${state === "recording" && html`<button type="button" class="button" onClick=${() => live.current?.recorder.stop()}>Stop</button>`}
      ${state === "done" && html`<button type="button" class="button" onClick=${() => send(close)}>Send</button><button type="button" class="button quiet" onClick=${record}>Record again</button>`}
    </div>
    <p><label class="field" for="voice-file">Or choose a sound file
      <input id="voice-file" type="file" accept=${accepts("audio")} onChange=${(/** @type {any} */ e) => { if (e.target.files.length) cx.sheet.value = { kind: "file", files: [...e.target.files] }; }} /></label></p>`}<//>`;
}
