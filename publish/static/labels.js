/* Datasette's own pages name some of their controls by their place alone and leave out a level of headings. Readers who
   hear the page get the names here; nothing else depends on this script. */
addEventListener("load", () => {
  const names = {
    "select[name^=_filter_column]": "Column to filter by",
    "select[name^=_filter_op]": "How to compare",
    "input[name^=_filter_value]": "Value to compare with",
    "select[name=_sort]": "Sort by",
    ".CodeMirror textarea, textarea#sql-editor": "SQL",
  };
  for (const [selector, name] of Object.entries(names)) {
    for (const control of document.querySelectorAll(selector)) {
      if (!control.labels || !control.labels.length) control.setAttribute("aria-label", name);
    }
  }
  let above = 0;
  for (const heading of document.querySelectorAll("main :is(h1, h2, h3, h4)")) {
    const level = Math.min(Number(heading.tagName[1]), above + 1);
    if (level !== Number(heading.tagName[1])) heading.setAttribute("aria-level", level);
    above = level;
  }
});
