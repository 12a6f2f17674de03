/* The face mixer's page: faces, layers and alpha to choose, the face that comes of it, its verdicts. */
(() => {
  const root = document.getElementById("mixer-page");
  const words = JSON.parse(root.querySelector("script").textContent);
  const mixer = window.facescreenMixer, { RULES, SIZE, LAYERS, PARTS } = mixer;
  const LETTERS = ["a", "b", "c", "d"], MOST_ALPHA = 2, STEPS = [0, 0.4, 0.8, 1.2, 1.6, 2];
  const USES = { mean: "ab", from_a: "abc", from_b: "bcd" };
  const SCHEMES = {
    self: ["a", "a", "a", "a"], two_faces: ["a", "a", "b", "b"], four_faces: LETTERS,
    mean_two: Array(4).fill("mean"), extrapolate: Array(4).fill("from_a"),
    mix_and_extrapolate: ["a", "a", "from_b", "from_b"],
  };
  // Four faces to open with that the second rule finds broken before the first does, as α grows.
  const state = { picked: [23, 9, 18, 4], slot: 0, parts: SCHEMES.mix_and_extrapolate.slice(), alpha: 0.4,
                  scheme: "mix_and_extrapolate", mark: false };
  let latest = 0;  // of the drawings asked for: what comes later than a newer one is not shown

  const fill = (text, ...given) => text.replace(/\{(\d)\}/g, (_, k) => given[k]);
  const number = (n) => n.toLocaleString("en-US");
  const make = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };
  const step = (count, title, ...children) =>
    make("section", { class: "mixer-step" }, make("h2", {}, make("i", {}, String(count)), title), ...children);

  /** A square of the sheet of existing faces. */
  const portrait = (face, size) => {
    const part = make("span", { class: "mixer-face", "aria-hidden": "true" });
    part.style.cssText = `width:${size}px;height:${size}px;background-image:url(${sheet});` +
      `background-size:${faces.count * size}px ${size}px;background-position:-${face * size}px 0`;
    return part;
  };
  const faces = window.facescreenFaces, sheet = `data:image/png;base64,${faces.sheet}`;

  // --- what is chosen ---------------------------------------------------------------------------
  const slots = make("div", { class: "mixer-slots", role: "radiogroup", "aria-label": words.slots });
  const album = make("div", { class: "mixer-album", role: "group" });
  const scheme = make("select", { "aria-label": words.scheme });
  for (const name of [...Object.keys(SCHEMES), "by_hand"]) {
    scheme.append(make("option", { value: name }, words.schemes[name] || words.by_hand));
  }
  const layers = words.layers.map((name, k) => {
    const choice = make("select", {}, ...PARTS.map((part) => make("option", { value: part }, words.parts[part])));
    choice.addEventListener("change", () => { state.parts[k] = choice.value; update(); });
    return choice;
  });
  const alpha = make("input", { type: "range", min: 0, max: MOST_ALPHA, step: 0.05, id: "mixer-alpha" });
  const alphaSaid = make("output", { for: "mixer-alpha" });
  const alphaHint = make("p", { class: "mixer-hint" }, words.alpha_off);
  const surprise = make("button", { type: "button", class: "mixer-surprise" }, words.surprise);

  const showSlots = () => {
    slots.replaceChildren(...LETTERS.map((letter, k) => {
      const input = make("input", { type: "radio", name: "mixer-slot", value: k });
      input.checked = k === state.slot;
      input.addEventListener("change", () => { state.slot = k; showAlbum(); });
      const used = state.parts.some((part) => (USES[part] || part).includes(letter));
      return make("label", { class: used ? "" : "mixer-unused" }, input, portrait(state.picked[k], 52),
                  make("span", {}, fill(words.slot, letter)));
    }));
  };
  const showAlbum = () => {
    album.setAttribute("aria-label", fill(words.album, LETTERS[state.slot]));
    [...album.children].forEach((button, face) =>
      button.setAttribute("aria-pressed", String(state.picked[state.slot] === face)));
  };
  for (let face = 0; face < faces.count; face++) {
    const button = make("button", { type: "button", "aria-label": fill(words.face, face) }, portrait(face, 44));
    button.addEventListener("click", () => { state.picked[state.slot] = face; update(); });
    album.append(button);
  }
  scheme.addEventListener("change", () => {
    state.scheme = scheme.value;
    if (SCHEMES[scheme.value]) state.parts = SCHEMES[scheme.value].slice();
    update();
  });
  alpha.addEventListener("input", () => { state.alpha = Number(alpha.value); update(); });
  surprise.addEventListener("click", () => {
    const left = Array.from({ length: faces.count }, (_, face) => face);
    state.picked = LETTERS.map(() => left.splice(Math.floor(Math.random() * left.length), 1)[0]);
    update();
  });

  // --- what comes out ---------------------------------------------------------------------------
  const canvas = make("canvas", { width: SIZE, height: SIZE, role: "img", class: "mixer-canvas" });
  const mark = make("input", { type: "checkbox" });
  mark.addEventListener("change", () => { state.mark = mark.checked; update(); });
  const verdicts = make("div", { class: "mixer-verdicts", "aria-live": "polite" });
  const strip = make("div", { class: "mixer-strip", role: "group", "aria-label": words.strip });
  const stripBox = make("div", {}, make("h3", {}, words.strip), strip);

  const paint = (target, pixels, marked) => {
    const image = target.getContext("2d").createImageData(SIZE, SIZE);
    for (let k = 0; k < SIZE * SIZE; k++) {
      const rgb = [0, 1, 2].map((c) => pixels[3 * k + c]);
      const counted = marked === null || rgb.includes(marked);
      rgb.forEach((value, c) => { image.data[4 * k + c] = counted ? value : value * 0.3; });
      image.data[4 * k + 3] = 255;
    }
    target.getContext("2d").putImageData(image, 0, 0);
  };
  const bar = (value, from) => {
    const bar_ = make("span", { class: "mixer-bar", "aria-hidden": "true" }, make("i"));
    bar_.firstChild.style.width = `${Math.min(100, (50 * value) / from)}%`;
    return bar_;
  };
  const card = (name, how, found, limits) => {
    const word = found.reason ? `✗ ${words.broken} (${words[found.reason]})` : `✓ ${words.valid}`;
    const rows = [["red", 0], ["green", 1], ["blue", 2]].map(([color, c]) =>
      make("span", { class: `mixer-${color}` }, `${words[color]} ${number(found.counts[c])}`));
    return make("div", { class: `mixer-card ${found.reason ? "mixer-broken" : "mixer-valid"}` },
      make("h3", {}, name, make("b", {}, word)), make("p", {}, how),
      make("p", {}, `${fill(words.at, found.value)}: `, ...rows),
      ...limits.map(([label, value, from]) => make("p", { class: value >= from ? "mixer-over" : "" },
        `${label}: `, make("b", {}, number(value)), ` (${fill(words.from, number(from))})`, bar(value, from))));
  };
  const show = ({ pixels, finite }) => {
    const { single, multi } = mixer.judge(pixels, finite);
    paint(canvas, pixels, state.mark && multi.sum ? multi.value : null);
    verdicts.replaceChildren(
      card(words.single, words.single_how, single, [[words.difference, single.score, RULES.single]]),
      card(words.multi, words.multi_how, multi,
           [[words.difference, multi.score, RULES.color], [words.sum, multi.sum, RULES.sum]]));
    const said = [[words.single, single], [words.multi, multi]].map(([name, found]) =>
      `${name}: ${found.reason ? words.broken : words.valid}`).join(", ");
    canvas.setAttribute("aria-label", fill(words.picture, said));
  };
  const showStrip = async (mine) => {
    const shown = [];
    for (const at of STEPS) {
      const made = await mixer.draw(state.picked, state.parts, at);
      if (mine !== latest) return;
      const { single, multi } = mixer.judge(made.pixels, made.finite);
      const small = make("canvas", { width: SIZE, height: SIZE, "aria-hidden": "true" });
      paint(small, made.pixels, null);
      const broken = single.reason || multi.reason;
      const name = `${fill(words.alpha_is, at)} ${broken ? "✗" : "✓"}`;
      const button = make("button", { type: "button", class: broken ? "mixer-broken" : "" }, small, make("span", {}, name));
      button.setAttribute("aria-label", `${fill(words.alpha_is, at)}, ${broken ? words.broken : words.valid}`);
      button.addEventListener("click", () => { state.alpha = at; update(); });
      shown.push(button);
    }
    const focused = [...strip.children].indexOf(document.activeElement);
    strip.replaceChildren(...shown);
    if (focused >= 0) shown[focused].focus();
  };

  const update = async () => {
    const mine = ++latest, beyond = state.parts.some((part) => part.startsWith("from_"));
    const matching = Object.keys(SCHEMES).find((name) => SCHEMES[name].join() === state.parts.join());
    state.scheme = state.scheme === "by_hand" ? "by_hand" : matching || "by_hand";
    scheme.value = state.scheme;
    layers.forEach((choice, k) => { choice.value = state.parts[k]; });
    alpha.value = state.alpha;
    alpha.disabled = !beyond;
    alphaSaid.value = state.alpha.toFixed(2);
    alphaHint.hidden = beyond;
    stripBox.hidden = !beyond;
    const held = slots.contains(document.activeElement);
    showSlots();
    if (held) slots.querySelector("input:checked").focus();
    showAlbum();
    const made = await mixer.draw(state.picked, state.parts, state.alpha);
    if (mine !== latest) return;
    show(made);
    if (beyond) await showStrip(mine);
  };

  const build = () => {
    const rows = layers.map((choice, k) => make("label", { class: "mixer-layer" }, make("span", {}, words.layers[k]), choice));
    root.replaceChildren(
      make("div", { class: "mixer-steps" },
        step(1, words.pick, slots, album, surprise),
        step(2, words.combine, make("label", { class: "mixer-layer" }, make("span", {}, words.scheme), scheme),
          make("fieldset", {}, make("legend", {}, words.layer_from), ...rows),
          make("label", { class: "mixer-layer mixer-alpha" }, make("span", {}, words.alpha), alpha, alphaSaid), alphaHint),
        step(3, words.result, make("div", { class: "mixer-result" }, canvas,
          make("label", { class: "mixer-mark" }, mark, words.mark)), verdicts)),
      stripBox);
  };

  mixer.load().then(() => { build(); return update(); }).then(() => { root.dataset.ready = "true"; })
    .catch((error) => { root.replaceChildren(make("p", { role: "alert" }, words.failed + error.message)); });
})();
