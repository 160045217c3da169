// @ts-check
// A sheet: a modal <dialog>. Esc, a tap outside and its Close button close it; the browser puts
// focus back where it was.

import { html, useEffect, useId, useRef } from "../vendor/preact.js";
import { icons } from "./icons.js";

/** @param {{title: string, onClose: () => void, children?: any, kind?: string}} props */
export function Sheet({ title, onClose, children, kind }) {
  const id = useId();
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    const element = dialog.current;
    if (element && !element.open) element.showModal();
    return () => element?.close();
  }, []);
  const close = () => dialog.current?.close();
  const onClick = (/** @type {MouseEvent} */ event) => {
    if (event.target === dialog.current) close();
  };
  return html`<dialog ref=${dialog} class="sheet" data-kind=${kind} aria-labelledby=${id} onClose=${onClose} onClick=${onClick}>
    <div class="sheet-body">
      <div class="sheet-head"><h2 id=${id} dir="auto">${title}</h2>
        <button type="button" class="icon-button" onClick=${close}>${icons.close()}<span class="visually-hidden">Close</span></button></div>
      ${typeof children === "function" ? children(close) : children}
    </div>
  </dialog>`;
}
