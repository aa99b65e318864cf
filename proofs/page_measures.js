// Measures a report in a browser, and leaves what it found in the page for whoever dumps it.
(() => {
  const found = [];
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > wide) found.push(`the page is ${document.documentElement.scrollWidth} px wide, the window ${wide}`);
  if (performance.getEntriesByType("resource").length) found.push("the page asked for something from elsewhere");
  if (document.querySelectorAll("script").length > 1) found.push("the page has a script");
  if (document.querySelectorAll("img, iframe, object, embed, form, input, video, audio").length) found.push("an element that is not ours");
  for (const link of document.querySelectorAll("a")) {
    if (!link.getAttribute("href").startsWith("#") || !document.querySelector(link.getAttribute("href"))) found.push(`a link to ${link.href}`);
  }

  const channels = (colour) => (colour.match(/[\d.]+/g) || []).map(Number);
  const light = (colour) => {
    const [r, g, b] = channels(colour).map((part) => part / 255).map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paper = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor;
      const [, , , opaque = 1] = channels(colour);
      if (opaque > 0) return colour;
    }
    return getComputedStyle(document.body).backgroundColor;
  };
  const seen = new Set();
  let cut = 0;
  for (const element of document.querySelectorAll("main *")) {
    const ours = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!ours || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const ink = element instanceof SVGElement ? style.fill : style.color;
    const pair = `${ink} on ${paper(element)}`;
    if (!seen.has(pair)) {
      seen.add(pair);
      const [one, other] = [light(ink), light(paper(element))];
      const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
      if (contrast < 4.5) found.push(`contrast of ${pair} is ${contrast.toFixed(1)}`);
    }
    const box = element.getBoundingClientRect();
    if (box.width && (box.right > wide + 1 || box.left < -1) && !element.closest(".scroll, pre")) cut += 1;
  }
  if (cut) found.push(`${cut} texts stand outside the window`);
  const measured = document.createElement("div");
  measured.id = "measured";
  measured.textContent = JSON.stringify(found);
  document.body.append(measured);
})();
