// From a disk a page may read no other: results of a search are shown without a piece of their text.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
