/* Widgets of a lesson that work in the page itself: no kernel, no network, no library. Each part of
   class "live" holds its numbers as JSON; what it shows is computed from them here. */
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const CHANNELS = [["red", "#d55e00", ""], ["green", "#009e73", "6 3"], ["blue", "#0072b2", "2 2"]];
  const RULES = ["Single-color rule", "Multi-color rule"];
  const WIDTH = 640, HEIGHT = 278, LEFT = 52, BOTTOM = 50, TOP = 10;
  const number = (n) => n.toLocaleString("en-US");
  const percent = (share) => (100 * share).toFixed(1);

  // A page in another language holds the words of `live.py` in it; {1} stands for the first value.
  const dictionary = document.querySelector("script.live-words");
  const WORDS = dictionary ? JSON.parse(dictionary.textContent) : {};
  const say = (words, ...values) =>
    (WORDS[words] ?? words).replace(/\{(\d+)\}/g, (_, place) => values[place - 1]);

  /** An element with attributes and children; text is always text, never markup. */
  const make = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };

  const drawn = (name, attributes, text) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  };

  /** The first row and the first column are headings. */
  const table = (rows) => {
    const body = rows.map((cells, r) => make("tr", {}, ...cells.map((cell, c) =>
      r && c ? make("td", {}, cell) : make("th", { scope: r ? "row" : "col" }, cell))));
    return make("table", {}, ...body);
  };

  /** A slider and a number box that move each other. `stops` are the values to choose from. */
  const slider = (label, stops, start, changed) => {
    const nearest = (value) => stops.reduce((best, stop, k) =>
      Math.abs(stop - value) < Math.abs(stops[best] - value) ? k : best, 0);
    const range = make("input", {
      type: "range", min: 0, max: stops.length - 1, step: 1, "aria-label": label });
    const box = make("input", {
      type: "number", min: stops[0], max: stops[stops.length - 1], "aria-label": say("{1}, typed", label) });
    let value = start;
    const set = (next, silent) => {
      value = Math.min(Math.max(next, stops[0]), stops[stops.length - 1]);
      range.value = nearest(value);
      range.setAttribute("aria-valuetext", number(value));
      box.value = value;
      if (!silent) changed();
    };
    range.addEventListener("input", () => set(stops[Number(range.value)]));
    box.addEventListener("change", () => set(Math.round(Number(box.value)) || 0));
    set(start, true);
    return { row: make("label", { class: "live-row" }, make("span", {}, label), range, box),
             get value() { return value; }, set };
  };

  /** Lines over 0 … `last`; a line is {name, color, dash, values}. */
  const chart = (lines, last, top, ticks, mark, axis, said) => {
    const x = (k) => LEFT + (k / last) * (WIDTH - LEFT - 12);
    const y = (v) => TOP + (1 - v / top) * (HEIGHT - TOP - BOTTOM);
    const image = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": said });
    const frame = `M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - 12}`;
    image.append(drawn("path", { d: frame, fill: "none", stroke: "currentColor" }));
    for (const [k, text] of ticks) {
      const anchor = k === last ? "end" : "middle";
      image.append(drawn("text", { x: x(k), y: HEIGHT - BOTTOM + 16, "text-anchor": anchor }, text));
    }
    for (const [v, text] of axis.ticks) {
      image.append(drawn("text", { x: LEFT - 6, y: y(v) + 4, "text-anchor": "end" }, text));
    }
    image.append(drawn("text", { x: WIDTH - 12, y: HEIGHT - 3, "text-anchor": "end" }, axis.name));
    image.append(drawn("path", { d: `M${x(mark)} ${TOP}V${HEIGHT - BOTTOM}`, stroke: "currentColor",
                                 "stroke-dasharray": "4 3", opacity: 0.7 }));
    lines.forEach((line, n) => {
      const points = line.values.map((v, k) => `${x(k)},${y(Math.min(v, top))}`).join(" ");
      image.append(drawn("polyline", { points, fill: "none", stroke: line.color,
                                       "stroke-width": 2, "stroke-dasharray": line.dash }));
      const at = { x: WIDTH / 2 - 90, y: TOP + 12 + 18 * n };
      image.append(drawn("path", { d: `M${at.x} ${at.y - 4}h34`, stroke: line.color,
                                   "stroke-width": 2, "stroke-dasharray": line.dash }));
      image.append(drawn("text", { x: at.x + 42, y: at.y }, line.name));
    });
    return image;
  };

  const explorer = (root, data) => {
    const face = make("img", { alt: "" }), figure = make("div", { class: "live-figure" });
    const said = make("div", { "aria-live": "polite" });
    const choice = make("select", { "aria-label": say("Image") });
    data.images.forEach((one, k) => choice.append(make("option", { value: k }, one.name)));
    const step = (by, text) => {
      const button = make("button", { type: "button" }, text);
      button.addEventListener("click", () => {
        choice.value = (Number(choice.value) + by + data.images.length) % data.images.length;
        show();
      });
      return button;
    };
    const value = slider(say("Value"), Array.from({ length: 256 }, (_, v) => v), data.value,
                         () => show());
    const show = () => {
      const one = data.images[Number(choice.value)], at = value.value;
      const counts = one.counts.map((channel) => channel[at]);
      face.src = `data:image/png;base64,${one.png}`;
      face.alt = one.name;
      // A few full values would flatten all others: the axis ends where nearly all counts do.
      const every = one.counts.flat().sort((a, b) => a - b);
      const top = Math.max(4, every[Math.floor(every.length * 0.99)]);
      const lines = CHANNELS.map(([name, color, dash], c) =>
        ({ name: say(name), color, dash, values: one.counts[c] }));
      figure.replaceChildren(face, chart(lines, 255, top,
        [0, 64, 128, 192, 255].map((v) => [v, v]), at,
        { ticks: [[0, "0"], [top, `${number(top)}`]], name: say("value; counts past the top are cut") },
        say("Histograms of {1}, a line for each channel.", one.name)));
      const spread = Math.max(...counts) - Math.min(...counts);
      said.replaceChildren(
        table([["", ...CHANNELS.map(([name]) => say(name)), say("largest − smallest")],
               [say("pixels at value {1}", at), ...counts.map(number), number(spread)]]),
        make("ul", {}, ...RULES.map((rule) =>  // without Markdown's mark of bold
          make("li", {}, `${say(rule)}: ${one.verdicts[rule].replaceAll("**", "")}`))));
    };
    choice.addEventListener("change", show);
    const steps = [step(-1, say("◀ Previous")), step(1, say("Next ▶"))];
    root.append(make("div", { class: "live-row" }, choice, ...steps), value.row, figure, said);
    show();
  };

  /** Wilson's 95 % interval of a count, as shares. */
  const wilson = (count, total, z = 1.959963984540054) => {
    const share = count / total, shrink = 1 + (z * z) / total, middle = share + (z * z) / (2 * total);
    const half = z * Math.sqrt((share * (1 - share)) / total + (z / (2 * total)) ** 2);
    return [Math.max(0, (middle - half) / shrink), Math.min(1, (middle + half) / shrink)];
  };

  const rate = (count, total) => {
    if (!total) return say("there are none");
    const shares = [count / total, ...wilson(count, total)].map(percent);
    return say("{1}% ({2}% to {3}%; {4} of {5})", ...shares, number(count), number(total));
  };

  const debate = (root, data) => {
    // By name: a notebook's file has what it holds in the order of the alphabet.
    const settings = ["threshold", "color_threshold", "sum_threshold"];
    const said = make("div", { class: "live-tables" });
    const figure = make("div", { class: "live-figure" });
    const sliders = {};
    for (const name of settings) {
      sliders[name] = slider(data.names[name], data.stops[name], data.paper[name], () => show());
    }
    const back = make("button", { type: "button" }, say("Back to the paper's thresholds"));
    back.addEventListener("click", () => {
      for (const name of settings) sliders[name].set(data.paper[name], true);
      show();
    });
    const count = (flags) => {
      const counts = { v: [0, 0], b: [0, 0], u: [0, 0] };  // passed, flagged
      flags.forEach((flag, k) => { counts[data.labels[k]][Number(flag)] += 1; });
      return counts;
    };
    const share = ([passed, flagged]) => flagged / Math.max(1, passed + flagged);
    const result = (name, { v, b }) => make("div", {}, make("h4", {}, name),
      table([["", say("labeled broken"), say("labeled valid")],
             [say("✗ flagged"), say("✓ {1} caught", number(b[1])), say("✗ {1} lost", number(v[1]))],
             [say("✓ passed"), say("✗ {1} missed", number(b[0])), say("✓ {1} kept", number(v[0]))]]),
      make("p", {}, `${say("Valid images lost")}: ${rate(v[1], v[0] + v[1])}`, make("br"),
           `${say("Broken images missed")}: ${rate(b[0], b[0] + b[1])}`, make("br"),
           `${say("Broken among the passed")}: ${rate(b[0], b[0] + v[0])}`));
    const curves = (label, flagsAt) => {
      const counts = data.stops[label].map((stop) => count(flagsAt(stop)));
      const line = (words, color, dash, of) =>
        ({ name: say(words), color, dash, values: counts.map((c) => share(c[of])) });
      return [line("of the broken", "#d55e00", "6 3", "b"), line("of the valid", "#0072b2", "", "v")];
    };
    const plot = (label, flagsAt, name) => {
      const stops = data.stops[label], value = sliders[label].value;
      const after = stops.findIndex((stop) => stop >= value);
      const mark = after < 0 ? stops.length - 1 : after;
      const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => {
        const k = Math.round(part * (stops.length - 1));
        return [k, number(stops[k])];
      });
      return make("div", {}, make("h4", {}, name), chart(curves(label, flagsAt), stops.length - 1, 1,
        ticks, mark, { ticks: [[0, "0%"], [0.5, "50%"], [1, "100%"]],
                       name: say("threshold in pixels, in growing steps") },
        say("{1}: share of the broken and of the valid images flagged, by threshold.", name)));
    };
    const show = () => {
      const [t, color, sum] = settings.map((name) => sliders[name].value);
      const single = data.single.map((score) => score >= t);
      const multi = data.color.map((score, k) => score >= color || data.white[k] >= sum);
      said.replaceChildren(result(say("Single color"), count(single)),
                           result(say("Multi color"), count(multi)));
      figure.replaceChildren(
        plot("threshold", (stop) => data.single.map((score) => score >= stop),
             say("Single color: flagged by threshold")),
        plot("color_threshold", (stop) =>
          data.color.map((score, k) => score >= stop || data.white[k] >= sum),
             say("Multi color: flagged by color threshold")));
    };
    const unsure = [...data.labels].filter((label) => label === "u").length;
    const paper = make("details", {}, make("summary", {}, say("Compare with the paper")),
      table(data.compare.rows), make("p", {}, data.compare.note));
    root.append(...settings.map((name) => sliders[name].row), back, paper, said, figure,
      make("p", {}, say("Shares with Wilson 95 % intervals.") +
        (unsure ? ` ${say("Left out, as unsure: {1}.", number(unsure))}` : "")));
    show();
  };

  const KINDS = { histogram_explorer: explorer, threshold_debate: debate };
  for (const root of document.querySelectorAll(".live")) {
    const data = JSON.parse(root.querySelector('script[type="application/json"]').textContent);
    KINDS[data.kind](root, data);
  }
})();
