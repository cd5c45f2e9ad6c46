// The course in JupyterLab: a tile in the Launcher that opens the learner's notebook 00, and, where
// there is no layout to come back to, the table of contents beside it.
//
// JupyterLab loads this file as it stands: nothing builds it. A prebuilt extension is a container with
// `init`, which is handed what all extensions share, and `get`, which hands out the plugins
// (Module Federation; webpack and rspack make the same one).
(() => {
  const NAME = "serverless-workflows-course";
  const OPEN = "course:open";
  const ICON =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 52 52" fill="none" stroke-width="4">' +
    '<path d="M26 15v7M26 22L13 33M26 22l13 11" stroke="#8a8a8a"/>' +
    '<rect x="18" y="5" width="16" height="11" rx="3" fill="#2BD62E" stroke="none"/>' +
    '<rect x="5" y="33" width="16" height="11" rx="3" fill="#53C9ED" stroke="none"/>' +
    '<rect x="31" y="33" width="16" height="11" rx="3" fill="#FFDA75" stroke="none"/></svg>';
  let shared;

  async function load(name) {
    const [one] = Object.values(shared[name]);
    return (await one.get())();
  }

  function addTile(app, launcher, icon, path) {
    app.commands.addCommand(OPEN, {
      icon, // the Launcher takes that of a group's first tile for the group
      label: "The course",
      caption: `Open ${path}, your copy of the course's first notebook`,
      execute: () => app.commands.execute("docmanager:open", { path }),
    });
    const kernelIconUrl = `data:image/svg+xml,${encodeURIComponent(ICON)}`;
    launcher.add({ command: OPEN, category: "Notebook", rank: -1, kernelIconUrl });
  }

  async function showContents(app) {
    await app.restored;
    const layout = await app.shell.restored;
    // A layout that was saved is the learner's. In simple mode JupyterLab begins without panels.
    if (layout && layout.fresh && app.shell.mode !== "single-document") {
      await app.commands.execute("toc:show-panel");
    }
  }

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB[NAME] = {
    init: (scope) => {
      shared = scope;
    },
    get: async () => {
      const { ILauncher } = await load("@jupyterlab/launcher");
      const { PageConfig } = await load("@jupyterlab/coreutils");
      const { notebookIcon } = await load("@jupyterlab/ui-components");
      const plugin = {
        id: `${NAME}:plugin`,
        description: "The course: a tile in the Launcher, and the table of contents at the first start.",
        autoStart: true,
        optional: [ILauncher],
        activate: (app, launcher) => {
          const path = PageConfig.getOption("courseNotebook"); // helpers/tile.py says it
          if (!path) return;
          if (launcher) addTile(app, launcher, notebookIcon, path);
          showContents(app).catch(console.error);
        },
      };
      return () => ({ __esModule: true, default: plugin });
    },
  };
})();
