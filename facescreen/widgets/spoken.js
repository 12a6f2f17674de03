/* Names, values and states of the controls around this script, kept up with what they show. */
(() => {
  const root = document.currentScript.closest(".facescreen-spoken");
  if (!root) return; // a page without a kernel: there are no controls
  const all = (selector, within = root) => [...within.querySelectorAll(selector)];
  const set = (part, name, value) => {
    if (part.getAttribute(name) !== value) part.setAttribute(name, value);
  };
  const label = (control) => control.querySelector(".widget-label").textContent;

  const speak = () => {
    for (const slider of all(".widget-hslider")) {
      const readout = slider.querySelector(".widget-readout").textContent;
      for (const handle of all("[role=slider]", slider)) {
        set(handle, "aria-label", label(slider));
        set(handle, "aria-valuetext", readout);
        set(handle, "aria-disabled", String(slider.querySelector("[disabled]") !== null));
      }
      // The number box hears of a value from the kernel; while a handle is dragged, from here.
      const box = slider.parentElement.querySelector(":scope > .widget-text input");
      const typed = readout.replaceAll(",", "");
      if (box && box !== document.activeElement && slider.said !== typed) box.value = typed;
      slider.said = typed;
    }
    for (const group of all(".widget-toggle-buttons")) {
      set(group, "role", "group");
      set(group, "aria-label", label(group));
    }
    for (const button of all(".widget-toggle-button, .widget-toggle-buttons button")) {
      set(button, "aria-pressed", String(button.classList.contains("mod-active")));
    }
    for (const picture of all(".jp-RenderedImage img:not([alt])")) {
      picture.alt = "Picture; the text beside it says what it shows.";
    }
  };

  const attributeFilter = ["class", "aria-valuetext", "disabled"];
  const what = { subtree: true, childList: true, characterData: true };
  new MutationObserver(speak).observe(root, { ...what, attributeFilter });
  speak();
})();
