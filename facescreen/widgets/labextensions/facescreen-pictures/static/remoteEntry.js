/* JupyterLab shows a PNG without a description, whatever its metadata says. This extension renders
   one as JupyterLab does and adds the description. It needs no building: what it uses of JupyterLab
   it takes from the modules that the page shares. */
(() => {
  const NAME = "facescreen-pictures", RANK = 90; // JupyterLab's own of pictures
  let shared;
  const used = async (name) => (await Object.values(shared[name])[0].get())();

  const plugin = async () => {
    const { IRenderMimeRegistry, imageRendererFactory } = await used("@jupyterlab/rendermime");
    const createRenderer = (options) => {
      const renderer = imageRendererFactory.createRenderer(options);
      const render = renderer.renderModel.bind(renderer);
      renderer.renderModel = async (model) => {
        await render(model);
        const about = model.metadata[options.mimeType] || {};
        for (const picture of renderer.node.querySelectorAll("img")) {
          if (typeof about.alt === "string") picture.alt = about.alt;
        }
      };
      return renderer;
    };
    const factory = { safe: true, mimeTypes: ["image/png"], createRenderer };
    const activate = (_, registry) => registry.addFactory(factory, RANK);
    return { id: `${NAME}:plugin`, autoStart: true, requires: [IRenderMimeRegistry], activate };
  };

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB[NAME] = {
    init: (scope) => { shared = scope; },
    get: async () => { const made = await plugin(); return () => ({ __esModule: true, default: made }); },
  };
})();
