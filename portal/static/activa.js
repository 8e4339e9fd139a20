// Comfort only: every page works without it. No page relies on a request made here.
(() => {
  "use strict";
  const EMPTY =
    "El archivo está vacío. Si está en la nube, espera a que se descargue en tu equipo y ábrelo para comprobarlo; si no, escanea la carta de nuevo.";
  const megabytes = (bytes) => `${(Math.ceil((bytes * 10) / 1048576) / 10).toLocaleString("es-CO")} MB`;

  const arrive = (root) => {
    const summary = root.querySelector("#resumen");
    if (summary) summary.focus();
    for (const each of root.querySelectorAll("[data-start-download]")) {
      history.replaceState(null, "", location.pathname);
      location.assign(each.dataset.startDownload);
    }
    root.querySelectorAll("form.upload").forEach(prepareUpload);
  };

  // The browser turns a photo as its telephone was held. One that it can't draw shows its name alone.
  const showPictures = (list, files) => {
    for (const picture of list.querySelectorAll("img")) URL.revokeObjectURL(picture.src);
    list.replaceChildren();
    for (const file of files.filter((each) => each.type.startsWith("image/"))) {
      const item = document.createElement("li");
      const picture = document.createElement("img");
      const name = document.createElement("span");
      picture.alt = "";
      picture.addEventListener("error", () => picture.remove());
      picture.src = URL.createObjectURL(file);
      name.textContent = file.name;
      item.append(picture, name);
      list.append(item);
    }
    list.hidden = list.children.length === 0;
  };

  const prepareUpload = (form) => {
    const input = form.querySelector("#documento");
    const camera = form.querySelector("#camara");
    const problem = form.querySelector("#documento-tamano");
    const limit = Number(form.dataset.limit);
    const wrong = (files) => {
      if (files.some((file) => file.size === 0)) return EMPTY;
      const size = files.reduce((sum, file) => sum + file.size, 0);
      const weighs = files.length === 1 ? "El archivo pesa" : "Las fotos pesan juntas";
      return size > limit
        ? `${weighs} ${megabytes(size)} y el máximo es ${form.dataset.limitText}. Adjunta solo la carta: una foto de ella, o un escaneo en escala de grises a 150 dpi (puntos por pulgada).`
        : "";
    };
    const check = () => {
      const text = wrong([...input.files]);
      problem.hidden = !text;
      problem.textContent = text;
      if (text) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
      return !text;
    };
    const show = () => {
      const files = [...input.files];
      form.querySelector("#documento-error")?.remove();
      form.querySelector("[data-chosen]").textContent =
        files.length > 1 ? `${files.length} archivos elegidos` : files[0]?.name ?? "";
      showPictures(form.querySelector("[data-previews]"), files);
      check();
    };
    input.addEventListener("change", show);
    // What the camera takes is added to the photos already chosen, so that a letter may take several.
    camera.addEventListener("change", () => {
      const files = new DataTransfer();
      const before = [...input.files].filter((file) => file.type.startsWith("image/"));
      for (const file of [...before, ...camera.files]) files.items.add(file);
      input.files = files.files;
      camera.value = "";
      show();
    });
    for (const name of ["dragenter", "dragover"]) {
      form.addEventListener(name, (event) => {
        event.preventDefault();
        form.classList.add("over");
      });
    }
    for (const name of ["dragleave", "drop"]) form.addEventListener(name, () => form.classList.remove("over"));
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      if (event.dataTransfer.files.length === 0) return;
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change"));
    });
    form.addEventListener("htmx:confirm", (event) => {
      if (!check()) {
        event.preventDefault();
        input.focus();
      }
    });
    form.addEventListener("htmx:beforeRequest", () => { form.querySelector(".sending").hidden = false; });
    form.addEventListener("htmx:xhr:progress", (event) => {
      if (!event.detail.lengthComputable) return;
      const percent = Math.floor((100 * event.detail.loaded) / event.detail.total);
      form.querySelector("progress").value = percent;
      form.querySelector("[data-sent]").textContent =
        percent < 100 ? `${percent} %` : "Recibido. Estamos revisando la carta…";
    });
    const failed = () => {
      form.querySelector(".sending").hidden = true;
      problem.hidden = false;
      problem.textContent = "No pudimos enviar el archivo. Revisa tu conexión e intenta de nuevo.";
    };
    for (const name of ["htmx:sendError", "htmx:timeout", "htmx:sendAbort"]) form.addEventListener(name, failed);
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-once]")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
  // A page that comes back from the browser's memory must be usable again.
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("[data-once]")) delete form.dataset.sent;
  });
  document.addEventListener("htmx:afterSettle", () => arrive(document));
  arrive(document);
  document.querySelector("form[data-submit]")?.submit();
})();
