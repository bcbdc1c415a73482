/* Results while one types: the server's own page for the words so far, of which only the results are shown.
   Without this script the form works as it is. */
(() => {
  const form = document.getElementById("search");
  const box = document.getElementById("q");
  if (!form || !box || !window.fetch) return;
  let asked = new URLSearchParams(new FormData(form)).toString();
  let waiting;
  let request;
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 200);
  });
  async function show() {
    const typed = new URLSearchParams(new FormData(form)).toString();
    if (typed === asked) return;
    asked = typed;
    if (request) request.abort();
    request = new AbortController();
    try {
      const answer = await fetch(`${form.action}?${typed}&typing=1`, { signal: request.signal });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.getElementById("results");
      if (!found || typed !== asked) return;
      document.getElementById("results").replaceChildren(...found.childNodes);
      history.replaceState(null, "", `${form.action}?${typed}`);
    } catch (error) {
      if (error.name !== "AbortError") return; /* offline: the form still asks the server */
    }
  }
})();
