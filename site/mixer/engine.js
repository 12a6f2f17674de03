/* Draws and judges a mixed face in the page: no server, no kernel. `facescreenFaces` holds the
   generator and existing faces, `facescreenRuntime` the runtime that computes. */
window.facescreenMixer = (() => {
  const SIZE = 64, LAYERS = 4, WIDTH = 128;
  const RULES = { single: 40, color: 40, sum: 1000, floor: 240 };
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const unpacked = async (text) => new Response(
    new Blob([bytes(text)]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
  let session, styles;

  /** Make the generator ready; once, before anything is drawn. */
  const load = async () => {
    const held = window.facescreenRuntime;
    const script = new Blob([await unpacked(held.mjs)], { type: "text/javascript" });
    ort.env.wasm.numThreads = 1;  // more would need headers that few hosts send
    ort.env.wasm.wasmPaths = { mjs: URL.createObjectURL(script) };
    ort.env.wasm.wasmBinary = await unpacked(held.wasm);
    session = await ort.InferenceSession.create(
      bytes(window.facescreenFaces.model), { executionProviders: ["wasm"] });
    styles = new Float32Array(bytes(window.facescreenFaces.styles).buffer);
    held.wasm = held.mjs = "";
  };

  const styleOf = (face) => styles.slice(face * WIDTH, (face + 1) * WIDTH);

  /** What a layer's style is made of: one of the four faces, their mean, or beyond them. */
  const PARTS = {
    a: ([a]) => a, b: ([, b]) => b, c: ([, , c]) => c, d: ([, , , d]) => d,
    mean: ([a, b]) => {
      const mean = a.map((x, k) => (x + b[k]) / 2);
      const length = Math.hypot(...mean) || 1;
      return mean.map((x) => (x / length) * Math.sqrt(WIDTH));
    },
    from_a: ([a, b, c], alpha) => a.map((x, k) => x + alpha * (b[k] - c[k])),
    from_b: ([, b, c, d], alpha) => b.map((x, k) => x + alpha * (c[k] - d[k])),
  };

  /** The face of four picked ones: {floats, pixels, finite}; pixels are RGB bytes, row by row. */
  const draw = async (picked, parts, alpha) => {
    const faces = picked.map(styleOf), input = new Float32Array(LAYERS * WIDTH);
    parts.forEach((part, layer) => input.set(PARTS[part](faces, alpha), layer * WIDTH));
    const fed = { styles: new ort.Tensor("float32", input, [1, LAYERS, WIDTH]) };
    const floats = (await session.run(fed)).image.data;
    return { floats, ...quantized(floats) };
  };

  /** As facescreen.images.to_uint8: clipped, halves to the even number. */
  const quantized = (floats) => {
    const finite = floats.every(Number.isFinite), pixels = new Uint8Array(floats.length);
    for (let k = 0; finite && k < floats.length; k++) {
      const value = Math.fround(Math.fround(Math.min(1, Math.max(-1, floats[k])) + 1) * 127.5);
      const down = Math.floor(value), rest = value - down;
      pixels[k] = down + (rest > 0.5 || (rest === 0.5 && down % 2) ? 1 : 0);
    }
    return { pixels, finite };
  };

  /** Both rules on RGB bytes: what was counted, at which value, score, sum and reason. */
  const judge = (pixels, finite = true) => {
    const counts = [0, 1, 2].map(() => new Array(256).fill(0));
    pixels.forEach((value, k) => { counts[k % 3][value] += 1; });
    const at = (value) => {
      const found = counts.map((channel) => channel[value]);
      return { value, counts: found, score: Math.max(...found) - Math.min(...found),
               sum: found[0] + found[1] + found[2] };
    };
    const single = at(255);
    single.reason = single.score >= RULES.single ? "color" : "";
    let best = 255;
    for (let value = 254; value >= RULES.floor; value--) {
      const most = (v) => Math.max(...counts.map((channel) => channel[v]));
      if (most(value) > most(best)) best = value;
    }
    const multi = at(best);
    multi.reason = multi.score >= RULES.color ? "color" : multi.sum >= RULES.sum ? "white" : "";
    if (!finite) single.reason = multi.reason = "not finite";
    return { single, multi };
  };

  return { load, draw, judge, quantized, RULES, SIZE, LAYERS, PARTS: Object.keys(PARTS) };
})();
