// Charts below Locust's own: medians over time, and who owned the time of a call. No library, plain SVG.
"use strict";
(() => {
  const METRICS = [["ttft", "TTFT"], ["itl", "ITL"], ["tpot", "TPOT"], ["e2e", "E2E"]];
  const OWNERS = [["send", "send", "#4e79a7"], ["planned", "server, planned", "#9aa5ad"],
    ["late", "server, late", "#e15759"], ["limit", "asked to wait", "#edc948"],
    ["between", "between requests", "#b07aa1"], ["receive", "receive", "#f2a541"]];
  const COLOURS = ["#4e79a7", "#f28e2b", "#59a14f", "#e15759", "#b07aa1", "#76b7b2", "#9c755f", "#edc948"];
  const KEPT = 900, W = 520, H = 150, LEFT = 52, BOTTOM = 20, TOP = 8;
  const seen = [];
  let last = 0;

  const place = document.createElement("section");
  place.id = "overlap-charts";
  place.style.cssText = "display:none;flex-wrap:wrap;gap:24px;padding:0 24px 48px;box-sizing:border-box;max-width:100vw;font:13px Roboto,Helvetica,Arial,sans-serif";
  document.body.append(place);

  const tab = () => new URLSearchParams(location.search).get("tab");
  // Only the newest test is drawn: what another one had, minutes ago, is no part of its lines or its legend.
  const test = () => seen.length ? seen.filter((each) => each.test === seen.at(-1).test) : [];
  const names = () => [...new Set(test().flatMap((each) => Object.keys(each.endpoints)))].sort();
  const colour = (name) => COLOURS[names().indexOf(name) % COLOURS.length];
  const text = (x, y, said, more = "") => `<text x="${x}" y="${y}" font-size="11" fill="currentColor" ${more}>${said}</text>`;
  const escape = (said) => String(said).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

  // A round number above *value*: 1, 2 or 5 times a power of ten.
  function ceiling(value) {
    const power = 10 ** Math.floor(Math.log10(value || 1));
    return [1, 2, 5, 10].map((step) => step * power).find((top) => top >= value);
  }

  function lines(title, key, unit, most) {
    const shown = test(), times = shown.map((each) => each.time);
    const values = shown.flatMap((each) => Object.values(each.endpoints).map((view) => view[key])).filter((v) => v !== null);
    if (!values.length) return "";
    const top = most || ceiling(Math.max(...values)), from = times[0], span = Math.max(10, times.at(-1) - from);
    const x = (at) => LEFT + (at - from) / span * (W - LEFT - 8);
    const y = (value) => H - BOTTOM - Math.min(value, top) / top * (H - BOTTOM - TOP);
    const grid = [0, top / 2, top].map((v) => `<line x1="${LEFT}" x2="${W - 8}" y1="${y(v)}" y2="${y(v)}" stroke="currentColor" opacity=".2"/>`
      + text(LEFT - 6, y(v) + 4, v, 'text-anchor="end"')).join("");
    const paths = names().map((name) => {
      const points = shown.filter((each) => each.endpoints[name] && each.endpoints[name][key] !== null)
        .map((each) => `${x(each.time).toFixed(1)},${y(each.endpoints[name][key]).toFixed(1)}`);
      return points.length ? `<polyline data-endpoint="${escape(name)}" fill="none" stroke="${colour(name)}" stroke-width="2" points="${points.join(" ")}"/>` : "";
    }).join("");
    const ends = text(LEFT, H - 4, new Date(from * 1000).toLocaleTimeString())
      + text(W - 8, H - 4, new Date(times.at(-1) * 1000).toLocaleTimeString(), 'text-anchor="end"');
    return figure(title + ` (${unit})`, `<svg role="img" aria-label="${title}" viewBox="0 0 ${W} ${H}" style="width:100%">${grid}${paths}${ends}</svg>`);
  }

  function owners() {
    const latest = seen.at(-1).endpoints, shown = Object.keys(latest).filter((name) => latest[name].planned !== null).sort();
    if (!shown.length) return "";
    const total = (name) => OWNERS.reduce((sum, [key]) => sum + latest[name][key], 0);
    const scale = (W - 200) / Math.max(...shown.map(total));
    const bars = shown.map((name, row) => {
      let x = 120;
      const parts = OWNERS.map(([key, title, fill]) => {
        const width = latest[name][key] * scale, part = `<rect x="${x}" y="${row * 26 + 4}" width="${width}" height="18" fill="${fill}"><title>${title}: ${latest[name][key].toFixed(2)} ms</title></rect>`;
        x += width;
        return part;
      }).join("");
      return text(112, row * 26 + 17, escape(name), 'text-anchor="end"') + parts + text(x + 6, row * 26 + 17, `${total(name).toFixed(1)} ms`);
    }).join("");
    const key = OWNERS.map(([, title, fill]) => swatch(title, fill)).join("");
    return figure("Who owned the time of a call: mean of the last 10 s", `<svg role="img" aria-label="owners" viewBox="0 0 ${W} ${shown.length * 26 + 8}" style="width:100%">${bars}</svg><div>${key}</div>`);
  }

  const swatch = (title, fill) => `<span style="margin-right:14px;white-space:nowrap"><i style="display:inline-block;width:10px;height:10px;background:${fill};margin-right:5px"></i>${escape(title)}</span>`;
  const figure = (title, inside) => `<figure style="margin:0;width:min(${W}px, 100%)"><figcaption style="font-weight:bold;padding:6px 0">${title}</figcaption>${inside}</figure>`;

  function draw() {
    const where = tab(), charts = where === "charts", own = where === "overlap";
    place.style.display = charts || own ? "flex" : "none";
    if (place.style.display === "none") return;
    place.style.color = getComputedStyle(document.body).color;
    if (!seen.length) { place.innerHTML = "<p>Start a test: the first numbers come after a second or two.</p>"; return; }
    const key = `<div style="flex-basis:100%">${names().map((name) => swatch(name, colour(name))).join("")}</div>`;
    place.innerHTML = key + (own ? owners() + lines("Overlap efficiency", "overlap", "%", 100) : "")
      + METRICS.map(([metric, title]) => lines(`${title}, median of the last 10 s`, metric, "ms")).join("");
  }

  async function poll() {
    try {
      const fresh = await (await fetch(`overlap/live?since=${last}`)).json();
      if (fresh.length) {
        last = fresh.at(-1).number;
        seen.push(...fresh);
        seen.splice(0, Math.max(0, seen.length - KEPT));
      }
    } catch { /* the server has gone, as it does at Ctrl-C; Locust's own page says so */ }
    draw();
  }
  setInterval(poll, 1000);
  setInterval(draw, 250);
  poll();
})();
