// From a disk a page may read no other: results of a search are shown without a piece of their text.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

// A table that is wider than the page fades out at the side where there is more of it.
document.addEventListener("DOMContentLoaded", () => {
  const wide = [...document.querySelectorAll(".cell_output, .cell_output .text_html, .pst-scrollable-table-container")];
  const look = (one) =>
    one.classList.toggle("goes-on", one.scrollWidth - one.clientWidth - one.scrollLeft > 2);
  const seen = new ResizeObserver((entries) => entries.forEach(({ target }) => look(target)));
  for (const one of wide) {
    one.addEventListener("scroll", () => look(one), { passive: true });
    seen.observe(one);
    one.addEventListener("toggle", () => look(one), true);
  }
});
