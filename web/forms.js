// @ts-check
// Small comforts for pages that work without them: copying, the error summary, forgetting what
// the browser kept, no double posts. Hooks are described in README.md.

import { clear } from "./lib/local.js";

/** What a copy button stands for. @param {string} selector */
function copyText(selector) {
  const source = document.querySelector(selector);
  if (source instanceof HTMLInputElement || source instanceof HTMLTextAreaElement) return source.value;
  return source?.textContent?.trim() ?? "";
}

/** One line for all copy buttons, read by screen readers. */
function statusLine() {
  const line = document.createElement("p");
  line.className = "visually-hidden";
  line.setAttribute("role", "status");
  document.body.append(line);
  return line;
}

function copyButtons() {
  const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("button[data-copy]"));
  if (buttons.length === 0 || !navigator.clipboard) return;
  const line = statusLine();
  for (const button of buttons) {
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      line.textContent = "";
      const isDone = await navigator.clipboard.writeText(copyText(button.dataset.copy ?? "")).then(() => true, () => false);
      line.textContent = button.textContent = isDone ? "Copied" : "Not copied";
      setTimeout(() => { button.textContent = label; }, 2000);
    });
  }
}

function errorSummary() {
  const summary = document.querySelector(".error-summary");
  if (summary instanceof HTMLElement) summary.focus();
}

function forget() {
  const clearNow = () => {
    try {
      clear(localStorage);
    } catch {
      // A browser without a store has kept nothing.
    }
  };
  for (const element of document.querySelectorAll("[data-clear-local]")) {
    if (element instanceof HTMLFormElement) element.addEventListener("submit", clearNow);
    else clearNow();
  }
}

function sendOnce() {
  for (const form of document.querySelectorAll("form[data-once]")) {
    form.addEventListener("submit", (event) => {
      // The pressed button's value must still be sent, so the second press is stopped, not the button switched off.
      if (form.getAttribute("data-once") === "sent") event.preventDefault();
      form.setAttribute("data-once", "sent");
    });
  }
  // Coming back by the back button: the form can be sent again.
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-once=sent]")) form.setAttribute("data-once", "");
  });
}

copyButtons();
errorSummary();
forget();
sendOnce();
